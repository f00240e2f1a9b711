package dev.jangbu.ledger.posting;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.kafka.CommittedRecords;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Rebuilds the ledger in an empty database, from the first record of {@code ledger.entries} to the last one that is
 * committed at the start. It uses the classes of posting: numbers and hashes depend only on the order of the entries,
 * so they come out the same. It publishes nothing and neither reads nor commits group offsets.
 */
public final class Rebuild {

    /** Larger than the service's default: latency does not matter here. */
    private static final int BATCH = 5_000;

    private final String brokers;
    private final Deserializer<LedgerEntry> entries;
    private final DataSource target;
    private final Clock clock;
    private final Consumer<String> progress;
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong remaining = new AtomicLong();

    /**
     * @param target an empty database, as the role that posts; one connection per thread
     * @param progress receives progress messages
     */
    public Rebuild(
            String brokers,
            Deserializer<LedgerEntry> entries,
            DataSource target,
            Clock clock,
            Consumer<String> progress) {
        this.brokers = brokers;
        this.entries = entries;
        this.target = target;
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * @param entries the number of entries written
     * @param poison the number of records that are not entries and were skipped, as the service does
     * @param stops a message for each book that stopped before its end
     */
    public record Outcome(long entries, long poison, List<String> stops) {}

    /**
     * Writes all books, {@code threads} in parallel.
     *
     * @throws SQLException if the database fails
     * @throws RuntimeException if Kafka or the registry fails
     */
    public Outcome run(int threads) throws SQLException, InterruptedException {
        int partitions = CommittedRecords.partitions(brokers, Topics.LEDGER_ENTRIES);
        long begin = System.nanoTime();
        List<Future<BookOutcome>> books = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (int book = 0; book < partitions; book++) {
                int number = book;
                books.add(executor.submit(() -> write(number, partitions, begin)));
            }
        }
        long poison = 0;
        List<String> stops = new ArrayList<>();
        for (Future<BookOutcome> book : books) {
            BookOutcome outcome = outcome(book);
            poison += outcome.poison();
            if (outcome.stop() != null) {
                stops.add(outcome.stop());
            }
        }
        return new Outcome(written.get(), poison, stops);
    }

    private record BookOutcome(long poison, @Nullable String stop) {}

    private BookOutcome write(int book, int partitions, long begin) throws SQLException {
        TopicPartition partition = new TopicPartition(Topics.LEDGER_ENTRIES.name(), book);
        try (CommittedRecords records = CommittedRecords.of(brokers, partition, BATCH)) {
            Map<TopicPartition, Long> ends = records.ends();
            long end = Objects.requireNonNull(ends.get(partition), "the end of " + partition);
            remaining.addAndGet(end);
            BookRebuild rebuild = new BookRebuild(book, partitions, end, begin);
            rebuild.writer.create(book);
            try {
                records.readTo(ends, rebuild::accept);
                rebuild.post(List.of(), end);
            } catch (BookStoppedException e) {
                return new BookOutcome(rebuild.poison, e.getMessage());
            } catch (WriteFailedException e) {
                throw e.cause;
            }
            return new BookOutcome(rebuild.poison, null);
        }
    }

    private final class BookRebuild {

        private final int book;
        private final EntryDecoder decoder;
        private final BookWriter writer = new BookWriter(target, clock);
        private final RefusalBisector bisector = new RefusalBisector(writer);
        private final long end;
        private final long begin;
        private long offset;
        private long poison;

        BookRebuild(int book, int partitions, long end, long begin) {
            this.book = book;
            this.decoder = new EntryDecoder(entries, partitions);
            this.end = end;
            this.begin = begin;
        }

        void accept(Iterable<ConsumerRecord<byte[], byte[]>> batch) {
            List<Decoded> decoded = new ArrayList<>();
            long next = offset;
            for (ConsumerRecord<byte[], byte[]> record : batch) {
                if (record.offset() < end) {
                    Decoded each = decoder.decode(record);
                    poison += each instanceof Decoded.Poison ? 1 : 0;
                    decoded.add(each);
                    next = record.offset() + 1;
                }
            }
            post(decoded, next);
        }

        void post(List<Decoded> records, long next) {
            BatchResult result;
            try {
                result = bisector.post(book, offset, records, next);
            } catch (SQLException e) {
                throw new WriteFailedException(e);
            }
            long count = written.addAndGet(result.posted().size());
            if (result.stopReason() != null) {
                throw new BookStoppedException("book %d stops at offset %d of %s: %s"
                        .formatted(book, result.nextOffset(), Topics.LEDGER_ENTRIES.name(), result.stopReason()));
            }
            remaining.addAndGet(offset - next);
            offset = next;
            long millis = Math.max(1, (System.nanoTime() - begin) / 1_000_000);
            progress.accept(String.format(
                    "%,d entries written (%,d a second), at most %,d to go",
                    count, count * 1_000 / millis, remaining.get()));
        }
    }

    /** The book stops at an entry that the database refuses or this version does not support. */
    private static final class BookStoppedException extends RuntimeException {
        BookStoppedException(String message) {
            super(message, null, false, false);
        }
    }

    /** Wraps an SQLException for callbacks that cannot throw it. */
    private static final class WriteFailedException extends RuntimeException {
        private final transient SQLException cause;

        WriteFailedException(SQLException cause) {
            super(cause);
            this.cause = cause;
        }
    }

    private static BookOutcome outcome(Future<BookOutcome> book) throws SQLException, InterruptedException {
        try {
            return book.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException database) {
                throw database;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
