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
 * The books of the partitions that this instance has. A book is opened from what PostgreSQL and Kafka say, and closed
 * whenever something about it failed, also where the outcome is unknown. Books that are closed or stopped are paused, while
 * polling goes on and keeps the membership of the group.
 *
 * <p>All of it is the polling thread's.
 */
final class AssignedBooks implements ConsumerRebalanceListener {

    private static final Duration LOOK_AFTER_IDLE_BOOKS = Duration.ofSeconds(5);

    private final Consumer<byte[], byte[]> consumer;
    private final BookWriter writer;
    private final PostingPublisher publisher;
    private final PostingStatus status;
    private final Backoff backoff;
    private final Clock clock;
    private Instant lookedAfter;
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
        this.lookedAfter = clock.instant();
    }

    /** Opens those that are closed, unless it failed a moment ago. */
    void open() {
        List<Book> closed = in(Book.State.CLOSED);
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

    /** When quiet, moves the group's offset over the markers that end transactions, so that no lag remains. */
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
     * A quiet book would not notice that its database was restored, or that anything is away. One whose offsets are not
     * what this instance left is closed, and what that means is decided when it is opened.
     */
    void lookAfterIdle() {
        List<Book> open = in(Book.State.OPEN);
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

    /** Until it is opened again; {@code what} failed is said. */
    void close(Book book, String what, Exception e) {
        close(book);
        troubled(what, e);
    }

    /** Until a person has looked. */
    void stop(Book book, String reason) {
        book.stop();
        consumer.pause(List.of(book.partition()));
        status.stopped(book, reason);
    }

    private void troubled(String what, Exception e) {
        status.trouble(what, e);
        backoff.failed();
    }

    private List<Book> in(Book.State state) {
        return books.values().stream().filter(book -> book.state() == state).toList();
    }

    private static Set<TopicPartition> partitions(List<Book> books) {
        return books.stream().map(Book::partition).collect(Collectors.toSet());
    }

    /** @throws IllegalStateException if this instance doesn't have the partition */
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
            // Paused until it is opened; some position must be set, or the poll would ask for a reset that is none.
            consumer.pause(List.of(partition));
            consumer.seek(partition, 0);
            status.moved(book);
        }
        status.joined();
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
