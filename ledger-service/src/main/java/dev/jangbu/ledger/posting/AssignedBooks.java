package dev.jangbu.ledger.posting;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The books of the partitions that are assigned to this instance.
 *
 * <ul>
 *   <li>A book is opened from its two offsets: the one in PostgreSQL and the group's in Kafka.
 *   <li>A book is closed after any failure, also if the outcome is unknown, and opened again later.
 *   <li>Partitions of closed and stopped books are paused. Polling continues, which keeps the group membership.
 * </ul>
 *
 * <p>Not thread-safe: only the polling thread uses it.
 */
final class AssignedBooks implements ConsumerRebalanceListener {

    private static final Duration IDLE_CHECK_INTERVAL = Duration.ofSeconds(5);

    private final Consumer<byte[], byte[]> consumer;
    private final BookWriter writer;
    private final PostingPublisher publisher;
    private final PostingStatus status;
    private final Backoff backoff;
    private final Clock clock;
    private Instant lastIdleCheck;
    private final Map<TopicPartition, Book> books = new HashMap<>();

    AssignedBooks(
            Consumer<byte[], byte[]> consumer,
            BookWriter writer,
            PostingPublisher publisher,
            PostingStatus status,
            Clock clock) {
        this.consumer = consumer;
        this.writer = writer;
        this.publisher = publisher;
        this.status = status;
        this.backoff = new Backoff(clock);
        this.clock = clock;
        this.lastIdleCheck = clock.instant();
    }

    /** Opens the closed books, unless the back-off after a failure has not elapsed. */
    void open() {
        List<Book> closed = inState(Book.State.CLOSED);
        if (closed.isEmpty()) {
            // Also reached by an instance without a book: it has nothing left to recover.
            status.allBooksOpen();
            return;
        }
        if (!backoff.hasElapsed()) {
            return;
        }
        try {
            // Before the group's offset is read: an open transaction of a previous producer may still move it.
            publisher.ensureInitialized();
            Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(partitions(closed));
            for (Book book : closed) {
                open(book, committed.get(book.partition()));
            }
            backoff.reset();
            status.recovered();
        } catch (SQLException e) {
            reportFailure("PostgreSQL does not answer", e);
        } catch (KafkaException e) {
            reportFailure("Kafka does not answer", e);
        }
    }

    private void open(Book book, @Nullable OffsetAndMetadata committed) throws SQLException {
        TopicPartition partition = book.partition();
        OptionalLong bookOffset = writer.nextOffset(book.number());
        OptionalLong groupOffset = committed == null ? OptionalLong.empty() : OptionalLong.of(committed.offset());
        switch (ResumePoint.decide(groupOffset, bookOffset)) {
            case ResumePoint.Stop stop -> stop(book, stop.reason());
            case ResumePoint.Start start -> {
                consumer.commitSync(Map.of(partition, new OffsetAndMetadata(0)));
                resume(book, 0, 0);
            }
            case ResumePoint.Resume resume -> resume(book, resume.position(), resume.groupOffset());
        }
    }

    private void resume(Book book, long position, long groupOffset) throws SQLException {
        writer.create(book.number());
        book.open(position, groupOffset);
        consumer.seek(book.partition(), position);
        consumer.resume(List.of(book.partition()));
        status.update(book);
    }

    /** Commits offsets past transaction markers when no records arrive, so that no lag remains. */
    void commitMarkers() {
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
            offsets.forEach((partition, offset) -> of(partition).publishedTo(offset.offset()));
        } catch (KafkaException e) {
            offsets.keySet().forEach(partition -> close(of(partition), "Kafka refused an offset", e));
        }
    }

    /**
     * Checks open books while no records arrive, to notice a restored database or an outage. A book whose offsets
     * differ from those that this instance left is closed; opening it decides how to continue.
     */
    void checkIdleBooks() {
        List<Book> open = inState(Book.State.OPEN);
        if (open.isEmpty() || clock.instant().isBefore(lastIdleCheck.plus(IDLE_CHECK_INTERVAL))) {
            return;
        }
        lastIdleCheck = clock.instant();
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
        status.update(book);
    }

    /** Closes a book until {@link #open()} opens it again, and reports the failure. */
    void close(Book book, String failure, Exception e) {
        close(book);
        reportFailure(failure, e);
    }

    /** Stops a book until an operator has resolved the cause. */
    void stop(Book book, String reason) {
        book.stop();
        consumer.pause(List.of(book.partition()));
        status.stopped(book, reason);
    }

    private void reportFailure(String failure, Exception e) {
        status.reportFailure(failure, e);
        backoff.failed();
    }

    private List<Book> inState(Book.State state) {
        return books.values().stream().filter(book -> book.state() == state).toList();
    }

    private static Set<TopicPartition> partitions(List<Book> books) {
        return books.stream().map(Book::partition).collect(Collectors.toSet());
    }

    /** @throws IllegalStateException if the partition is not assigned to this instance */
    Book of(TopicPartition partition) {
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
            // Paused until the book is open. Without a position, poll would reset it, which auto.offset.reset forbids.
            consumer.pause(List.of(partition));
            consumer.seek(partition, 0);
            status.update(book);
        }
        status.joined();
    }

    /** The session timed out: this instance is no member of the group until it joins again. */
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
