package dev.jangbu.ledger.posting;

import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.RegistryUnavailableException;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.posting.Reading.Poison;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The posting of entries, turn by turn: open the books that need it · poll · write each book in a PostgreSQL transaction of
 * its own, several at a time · send all their postings, with the offsets, in one Kafka transaction. All but the writing is
 * the calling thread's, which waits until every book is written.
 *
 * <p>The journals come first and the postings after: a death between the two leaves journals whose postings are not sent.
 * They are sent by whoever opens the book next, from the stored journals. One remedy serves every failure, also those
 * whose outcome is unknown: the books concerned are closed, and opened again from what PostgreSQL and Kafka say. Books
 * that are closed or stopped are paused, while polling goes on and keeps the membership of the group.
 */
final class Poster implements ConsumerRebalanceListener, AutoCloseable {

    private static final String NAME = "ledger-service";
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration LOOK_AFTER_IDLE_BOOKS = Duration.ofSeconds(5);

    private final Consumer<byte[], byte[]> consumer;
    private final EntryReader reader;
    private final BookWriter writer;
    private final BookPoster bookPoster;
    private final ExecutorService writers;
    private final PostingPublisher publisher;
    private final PostingStatus status;
    private final Backoff backoff;
    private final Clock clock;
    private Instant lookedAfter;
    private final Map<TopicPartition, Book> books = new HashMap<>();

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
        this.writer = writer;
        this.bookPoster = new BookPoster(writer);
        this.writers = Executors.newFixedThreadPool(
                booksAtOnce, Thread.ofPlatform().name("book-", 1).factory());
        this.publisher = publisher;
        this.status = status;
        this.backoff = new Backoff(clock);
        this.clock = clock;
        this.lookedAfter = clock.instant();
    }

    void subscribe() {
        consumer.subscribe(List.of(Topics.LEDGER_ENTRIES.name()), this);
    }

    /**
     * One turn; takes {@link #POLL} when there is nothing to do.
     *
     * @throws KafkaException if the consumer is of no use any more
     */
    void turn() {
        openBooks();
        ConsumerRecords<byte[], byte[]> records;
        try {
            records = consumer.poll(POLL);
        } catch (InvalidOffsetException e) {
            // auto.offset.reset is none: records that were kept for ever are gone, or the topic is another one.
            e.partitions().forEach(partition -> stop(book(partition), "Its records are gone from Kafka: " + e));
            return;
        }
        if (records.isEmpty()) {
            commitMarkers();
            lookAfterIdleBooks();
        } else {
            post(records);
        }
    }

    private void openBooks() {
        List<Book> closed = books(Book.State.CLOSED);
        if (closed.isEmpty()) {
            // Nothing is waited for, also by an instance that was given no book, or whose books others have taken over.
            status.nothingToOpen();
            return;
        }
        if (!backoff.isOver()) {
            return;
        }
        try {
            // Before the group's offset is read: a transaction that an earlier producer left open may still move it.
            publisher.ready();
            Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(partitions(closed));
            for (Book book : closed) {
                open(book, committed.get(book.partition()));
            }
            backoff.reset();
            status.recovered();
        } catch (SQLException e) {
            troubled("PostgreSQL does not answer", e);
        } catch (KafkaException e) {
            troubled("Kafka does not answer", e);
        }
    }

    private void open(Book book, @Nullable OffsetAndMetadata committed) throws SQLException {
        TopicPartition partition = book.partition();
        OptionalLong bookOffset = writer.nextOffset(book.number());
        OptionalLong groupOffset = committed == null ? OptionalLong.empty() : OptionalLong.of(committed.offset());
        switch (Opening.decide(groupOffset, bookOffset)) {
            case Opening.Stop stop -> stop(book, stop.reason());
            case Opening.Begin begin -> {
                consumer.commitSync(Map.of(partition, new OffsetAndMetadata(0)));
                resume(book, 0, 0);
            }
            case Opening.Resume resume -> resume(book, resume.position(), resume.groupOffset());
        }
    }

    private void resume(Book book, long position, long groupOffset) throws SQLException {
        writer.create(book.number());
        book.open(position, groupOffset);
        consumer.seek(book.partition(), position);
        consumer.resume(List.of(book.partition()));
        status.moved(book);
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
                close(book, "PostgreSQL does not answer", e);
            } catch (BookWentBackException e) {
                close(book, "The database was restored", e);
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
            Book book = book(partition);
            try {
                List<Reading> readings = read(records.records(partition));
                long end = Objects.requireNonNull(records.nextOffsets().get(partition), "a partition that was read")
                        .offset();
                int number = book.number();
                long knownOffset = book.nextOffset();
                begun.add(new Writing(
                        book, readings, writers.submit(() -> bookPoster.post(number, knownOffset, readings, end))));
            } catch (RegistryUnavailableException e) {
                close(book, "The schema registry does not answer", e);
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
            concerned.forEach(book -> close(book, "Kafka refused or did not answer a transaction", e));
            return false;
        }
    }

    private void settle(Book book, Progress progress) {
        book.publishedTo(progress.doneTo());
        if (progress.stop() == null) {
            status.moved(book);
        } else {
            stop(book, progress.stop());
        }
    }

    /** When quiet, moves the group's offset over the markers that end transactions, so that no lag remains. */
    private void commitMarkers() {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (Book book : books.values()) {
            if (book.state() == Book.State.OPEN && consumer.position(book.partition()) > book.groupOffset()) {
                offsets.put(book.partition(), new OffsetAndMetadata(consumer.position(book.partition())));
            }
        }
        if (offsets.isEmpty()) {
            return;
        }
        try {
            consumer.commitSync(offsets);
            offsets.forEach((partition, offset) -> book(partition).publishedTo(offset.offset()));
        } catch (KafkaException e) {
            offsets.keySet().forEach(partition -> close(book(partition), "Kafka refused an offset", e));
        }
    }

    /**
     * A quiet book would not notice that its database was restored, or that anything is away. One whose offsets are not
     * what this instance left is closed, and what that means is decided when it is opened.
     */
    private void lookAfterIdleBooks() {
        List<Book> open = books(Book.State.OPEN);
        if (open.isEmpty() || clock.instant().isBefore(lookedAfter.plus(LOOK_AFTER_IDLE_BOOKS))) {
            return;
        }
        lookedAfter = clock.instant();
        try {
            Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(partitions(open));
            for (Book book : open) {
                OffsetAndMetadata offset = committed.get(book.partition());
                if (offset == null
                        || offset.offset() != book.groupOffset()
                        || writer.nextOffset(book.number()).orElse(-1) < book.nextOffset()) {
                    close(book);
                }
            }
        } catch (SQLException e) {
            open.forEach(book -> close(book, "PostgreSQL does not answer", e));
        } catch (KafkaException e) {
            open.forEach(book -> close(book, "Kafka does not answer", e));
        }
    }

    private void close(Book book) {
        book.close();
        consumer.pause(List.of(book.partition()));
        status.moved(book);
    }

    private void close(Book book, String what, Exception e) {
        close(book);
        troubled(what, e);
    }

    private void stop(Book book, String reason) {
        book.stop();
        consumer.pause(List.of(book.partition()));
        status.stopped(book, reason);
    }

    private void troubled(String what, Exception e) {
        status.trouble(what, e);
        backoff.failed();
    }

    private List<Book> books(Book.State state) {
        return books.values().stream().filter(book -> book.state() == state).toList();
    }

    private static Set<TopicPartition> partitions(List<Book> books) {
        return books.stream().map(Book::partition).collect(Collectors.toSet());
    }

    private Book book(TopicPartition partition) {
        Book book = books.get(partition);
        if (book == null) {
            throw new IllegalStateException(partition + " is not assigned");
        }
        return book;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            Book book = new Book(partition);
            books.put(partition, book);
            // Paused until it is opened; some position must be set, or the poll would ask for a reset that is none.
            consumer.pause(List.of(partition));
            consumer.seek(partition, 0);
            status.moved(book);
        }
        status.joined();
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

    /** This instance was missed for too long: it is no member of the group until it has joined again. */
    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        onPartitionsRevoked(partitions);
        status.lost();
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            Book book = books.remove(partition);
            if (book != null) {
                status.revoked(book);
            }
        }
    }
}
