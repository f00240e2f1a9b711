package dev.jangbu.ledger.posting;

import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.RegistryUnavailableException;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.posting.Reading.Poison;
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
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * The posting of entries, turn by turn: open the {@linkplain AssignedBooks books} that need it · poll · write each book in a
 * PostgreSQL transaction of its own, several at a time · send all their postings, with the offsets, in one Kafka transaction.
 * All but the writing is the calling thread's, which waits until every book is written.
 *
 * <p>The journals come first and the postings after: a death between the two leaves journals whose postings are not sent.
 * They are sent by whoever opens the book next, from the stored journals. One remedy serves every failure, also those
 * whose outcome is unknown: the books concerned are closed.
 */
final class Poster implements AutoCloseable {

    private static final String NAME = "ledger-service";
    private static final Duration POLL = Duration.ofMillis(250);

    private final Consumer<byte[], byte[]> consumer;
    private final EntryReader reader;
    private final BookPoster bookPoster;
    private final ExecutorService writers;
    private final PostingPublisher publisher;
    private final PostingStatus status;
    private final AssignedBooks books;

    Poster(
            Consumer<byte[], byte[]> consumer,
            EntryReader reader,
            BookWriter writer,
            int booksAtOnce,
            PostingPublisher publisher,
            PostingStatus status,
            Clock clock) {
        this.consumer = consumer;
        this.reader = reader;
        this.bookPoster = new BookPoster(writer);
        this.writers = Executors.newFixedThreadPool(
                booksAtOnce, Thread.ofPlatform().name("book-", 1).factory());
        this.publisher = publisher;
        this.status = status;
        this.books = new AssignedBooks(consumer, writer, publisher, status, clock);
    }

    void subscribe() {
        consumer.subscribe(List.of(Topics.LEDGER_ENTRIES.name()), books);
    }

    /**
     * One turn; takes {@link #POLL} when there is nothing to do.
     *
     * @throws KafkaException if the consumer is of no use any more
     */
    void turn() {
        books.open();
        ConsumerRecords<byte[], byte[]> records;
        try {
            records = consumer.poll(POLL);
        } catch (InvalidOffsetException e) {
            // auto.offset.reset is none: records that were kept for ever are gone, or the topic is another one.
            e.partitions()
                    .forEach(partition -> books.stop(books.of(partition), "Its records are gone from Kafka: " + e));
            return;
        }
        if (records.isEmpty()) {
            books.commitMarkers();
            books.lookAfterIdle();
        } else {
            post(records);
        }
    }

    private void post(ConsumerRecords<byte[], byte[]> records) {
        List<ProducerRecord<byte[], byte[]>> outgoing = new ArrayList<>();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        Map<Book, Progress> done = new LinkedHashMap<>();
        int dead = 0;
        for (Writing writing : begin(records)) {
            Book book = writing.book();
            try {
                Progress progress = writing.await();
                book.wroteTo(progress.doneTo());
                progress.posted().stream()
                        .filter(posted -> posted.read().offset() >= book.groupOffset())
                        .map(publisher::posting)
                        .forEach(outgoing::add);
                dead += addDeadLetters(book, writing.readings(), progress.doneTo(), outgoing);
                if (progress.doneTo() > book.groupOffset()) {
                    offsets.put(book.partition(), new OffsetAndMetadata(progress.doneTo()));
                }
                done.put(book, progress);
            } catch (SQLException e) {
                books.close(book, "PostgreSQL does not answer", e);
            } catch (BookWentBackException e) {
                books.close(book, "The database was restored", e);
            }
        }
        if (publish(outgoing, offsets, done.keySet())) {
            int entries =
                    done.values().stream().mapToInt(p -> p.posted().size()).sum();
            status.published(entries, outgoing.size() - dead, dead);
            done.forEach(this::settle);
        }
    }

    /** Begins to write the books of these records, side by side. A book whose records can't be read is closed. */
    private List<Writing> begin(ConsumerRecords<byte[], byte[]> records) {
        List<Writing> begun = new ArrayList<>();
        for (TopicPartition partition : records.partitions()) {
            Book book = books.of(partition);
            try {
                List<Reading> readings = read(records.records(partition));
                long end = Objects.requireNonNull(records.nextOffsets().get(partition), "a partition that was read")
                        .offset();
                int number = book.number();
                long knownOffset = book.nextOffset();
                begun.add(new Writing(
                        book, readings, writers.submit(() -> bookPoster.post(number, knownOffset, readings, end))));
            } catch (RegistryUnavailableException e) {
                books.close(book, "The schema registry does not answer", e);
            }
        }
        return begun;
    }

    private List<Reading> read(List<ConsumerRecord<byte[], byte[]>> records) {
        List<Reading> readings = new ArrayList<>(records.size());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            readings.add(reader.read(record));
        }
        return readings;
    }

    private int addDeadLetters(
            Book book, List<Reading> readings, long doneTo, List<ProducerRecord<byte[], byte[]>> outgoing) {
        int dead = 0;
        for (Reading reading : readings) {
            if (reading instanceof Poison poison && poison.offset() >= book.groupOffset() && poison.offset() < doneTo) {
                status.deadLetter(book.partition().toString(), poison.offset(), poison.reason());
                outgoing.add(deadLetter(poison.record(), poison.reason()));
                dead++;
            }
        }
        return dead;
    }

    private static ProducerRecord<byte[], byte[]> deadLetter(ConsumerRecord<byte[], byte[]> record, String reason) {
        return DeadLetters.record(
                record.key(),
                record.value(),
                record.headers(),
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                NAME,
                reason);
    }

    /** Whether all is sent that had to be. */
    private boolean publish(
            List<ProducerRecord<byte[], byte[]>> outgoing,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            Collection<Book> concerned) {
        if (offsets.isEmpty()) {
            return true;
        }
        try {
            publisher.publish(outgoing, offsets, consumer.groupMetadata());
            return true;
        } catch (KafkaException e) {
            concerned.forEach(book -> books.close(book, "Kafka refused or did not answer a transaction", e));
            return false;
        }
    }

    private void settle(Book book, Progress progress) {
        book.publishedTo(progress.doneTo());
        if (progress.stop() == null) {
            status.moved(book);
        } else {
            books.stop(book, progress.stop());
        }
    }

    /** Waits for what is being written. */
    @Override
    public void close() {
        writers.close();
    }

    /** A book that is being written to. */
    private record Writing(Book book, List<Reading> readings, Future<Progress> result) {

        Progress await() throws SQLException {
            try {
                return result.get();
            } catch (ExecutionException e) {
                switch (Objects.requireNonNull(e.getCause(), "why it failed")) {
                    case SQLException refused -> throw refused;
                    case BookWentBackException restored -> throw restored;
                    default -> throw new IllegalStateException("Book " + book.number() + " can't be written", e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while books are written", e);
            }
        }
    }
}
