package dev.jangbu.ledger.posting;

import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.RegistryUnavailableException;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.posting.Decoded.Poison;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Posts entries in cycles:
 *
 * <ol>
 *   <li>open the {@linkplain AssignedBooks books} that are closed;
 *   <li>poll;
 *   <li>write each book in its own PostgreSQL transaction, several in parallel;
 *   <li>publish all postings and offsets in one Kafka transaction.
 * </ol>
 *
 * <p>After a crash between the last two steps, the next owner of a book publishes the postings of the stored
 * journals. After any other failure, also one of unknown outcome, the affected books are closed and opened again.
 *
 * <p>Not thread-safe. Only the database writes run on other threads; the caller waits for them.
 */
final class PostingCycle implements AutoCloseable {

    private static final String NAME = "ledger-service";
    private static final Duration POLL = Duration.ofMillis(250);

    private final Consumer<byte[], byte[]> consumer;
    private final EntryDecoder decoder;
    private final RefusalBisector bisector;
    private final ExecutorService writers;
    private final PostingPublisher publisher;
    private final PostingStatus status;
    private final AssignedBooks books;

    PostingCycle(
            Consumer<byte[], byte[]> consumer,
            EntryDecoder decoder,
            BookWriter writer,
            int writerThreads,
            PostingPublisher publisher,
            PostingStatus status,
            Clock clock) {
        this.consumer = consumer;
        this.decoder = decoder;
        this.bisector = new RefusalBisector(writer);
        this.writers = Executors.newFixedThreadPool(
                writerThreads, Thread.ofPlatform().name("book-", 1).factory());
        this.publisher = publisher;
        this.status = status;
        this.books = new AssignedBooks(consumer, writer, publisher, status, clock);
    }

    void subscribe() {
        consumer.subscribe(List.of(Topics.LEDGER_ENTRIES.name()), books);
    }

    /**
     * Runs one cycle. Blocks for {@link #POLL} if no records arrive.
     *
     * @throws KafkaException if the consumer cannot be used anymore
     */
    void runOnce() {
        books.open();
        ConsumerRecords<byte[], byte[]> records;
        try {
            records = consumer.poll(POLL);
        } catch (InvalidOffsetException e) {
            // auto.offset.reset is none. The topic keeps records forever: they were deleted, or the topic was
            // recreated.
            e.partitions()
                    .forEach(partition -> books.stop(books.of(partition), "The records are missing in Kafka: " + e));
            return;
        }
        if (records.isEmpty()) {
            books.commitMarkers();
            books.checkIdleBooks();
        } else {
            post(records);
        }
    }

    private void post(ConsumerRecords<byte[], byte[]> records) {
        List<ProducerRecord<byte[], byte[]>> outgoing = new ArrayList<>();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        Map<Book, BatchResult> results = new LinkedHashMap<>();
        int dead = 0;
        for (PendingWrite write : startWrites(records)) {
            Book book = write.book();
            try {
                BatchResult result = write.await();
                book.wroteTo(result.nextOffset());
                result.posted().stream()
                        .filter(posted -> posted.record().offset() >= book.groupOffset())
                        .map(publisher::posting)
                        .forEach(outgoing::add);
                dead += addDeadLetters(book, write.records(), result.nextOffset(), outgoing);
                if (result.nextOffset() > book.groupOffset()) {
                    offsets.put(book.partition(), new OffsetAndMetadata(result.nextOffset()));
                }
                results.put(book, result);
            } catch (SQLException e) {
                books.close(book, "PostgreSQL does not answer", e);
            } catch (DatabaseRestoredException e) {
                books.close(book, "The database was restored", e);
            }
        }
        if (publish(outgoing, offsets, results.keySet())) {
            int entries =
                    results.values().stream().mapToInt(p -> p.posted().size()).sum();
            status.published(entries, outgoing.size() - dead, dead);
            results.forEach(this::complete);
        }
    }

    /** Starts a parallel write per book. A book whose records cannot be decoded is closed. */
    private List<PendingWrite> startWrites(ConsumerRecords<byte[], byte[]> records) {
        List<PendingWrite> writes = new ArrayList<>();
        for (TopicPartition partition : records.partitions()) {
            Book book = books.of(partition);
            try {
                List<Decoded> decoded =
                        records.records(partition).stream().map(decoder::decode).toList();
                long end = Objects.requireNonNull(records.nextOffsets().get(partition), "a polled partition")
                        .offset();
                int number = book.number();
                long knownOffset = book.nextOffset();
                writes.add(new PendingWrite(
                        book, decoded, writers.submit(() -> bisector.post(number, knownOffset, decoded, end))));
            } catch (RegistryUnavailableException e) {
                books.close(book, "The schema registry does not answer", e);
            }
        }
        return writes;
    }

    private int addDeadLetters(
            Book book, List<Decoded> records, long nextOffset, List<ProducerRecord<byte[], byte[]>> outgoing) {
        int dead = 0;
        for (Decoded record : records) {
            if (record instanceof Poison poison
                    && poison.offset() >= book.groupOffset()
                    && poison.offset() < nextOffset) {
                status.deadLetter(book.partition().toString(), poison.offset(), poison.reason());
                outgoing.add(DeadLetters.record(poison.record(), NAME, poison.reason()));
                dead++;
            }
        }
        return dead;
    }

    /** Returns false if the transaction failed; the books are then closed. */
    private boolean publish(
            List<ProducerRecord<byte[], byte[]>> outgoing,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            Collection<Book> affected) {
        if (offsets.isEmpty()) {
            return true;
        }
        try {
            publisher.publish(outgoing, offsets, consumer.groupMetadata());
            return true;
        } catch (KafkaException e) {
            affected.forEach(book -> books.close(book, "Kafka refused or did not answer a transaction", e));
            return false;
        }
    }

    private void complete(Book book, BatchResult result) {
        book.publishedTo(result.nextOffset());
        if (result.stopReason() == null) {
            status.update(book);
        } else {
            books.stop(book, result.stopReason());
        }
    }

    /** Waits for running writes. */
    @Override
    public void close() {
        writers.close();
    }

    /** A running write to a book. */
    private record PendingWrite(Book book, List<Decoded> records, Future<BatchResult> result) {

        BatchResult await() throws SQLException {
            try {
                return result.get();
            } catch (ExecutionException e) {
                switch (Objects.requireNonNull(e.getCause(), "the cause of a failed write")) {
                    case SQLException failure -> throw failure;
                    case DatabaseRestoredException restored -> throw restored;
                    default -> throw new IllegalStateException("Book " + book.number() + " cannot be written", e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while writing books", e);
            }
        }
    }
}
