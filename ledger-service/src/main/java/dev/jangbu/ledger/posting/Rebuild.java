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
 * Writes the whole book again, from the first record of {@code ledger.entries} to the last that is committed when it begins,
 * by the same classes that post. The numbers and hashes come out the same, since they follow from the order of the entries
 * alone. Nothing is published, and no group's offset is read or moved.
 */
public final class Rebuild {

    /** Larger than the service's: nobody waits for a batch. */
    private static final int BATCH = 5_000;

    private final String brokers;
    private final Deserializer<LedgerEntry> entries;
    private final DataSource target;
    private final Clock clock;
    private final Consumer<String> progress;
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong ahead = new AtomicLong();

    /**
     * @param target an empty book's database, as the role that posts; gives a connection to each of the threads
     * @param progress told from time to time how far it is
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
     * @param entries how many were written
     * @param poison records that are no entries, and were passed over as the service does
     * @param stops the books that could not be written to their end, each with the reason
     */
    public record Outcome(long entries, long poison, List<String> stops) {}

    /**
     * Writes all books, several at a time.
     *
     * @throws SQLException if the database does not answer
     * @throws RuntimeException if Kafka or the registry does not answer
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
            ahead.addAndGet(end);
            BookWriting writing = new BookWriting(book, partitions, end, begin);
            writing.writer.create(book);
            try {
                records.readTo(ends, writing::take);
                writing.post(List.of(), end);
            } catch (Stopped stopped) {
                return new BookOutcome(writing.poison, stopped.getMessage());
            } catch (Unwritten unwritten) {
                throw unwritten.cause;
            }
            return new BookOutcome(writing.poison, null);
        }
    }

    private final class BookWriting {

        private final int book;
        private final EntryReader reader;
        private final BookWriter writer = new BookWriter(target, clock);
        private final BookPoster poster = new BookPoster(writer);
        private final long end;
        private final long begin;
        private long offset;
        private long poison;

        BookWriting(int book, int partitions, long end, long begin) {
            this.book = book;
            this.reader = new EntryReader(entries, partitions);
            this.end = end;
            this.begin = begin;
        }

        void take(Iterable<ConsumerRecord<byte[], byte[]>> batch) {
            List<Reading> readings = new ArrayList<>();
            long next = offset;
            for (ConsumerRecord<byte[], byte[]> record : batch) {
                if (record.offset() < end) {
                    Reading reading = reader.read(record);
                    poison += reading instanceof Reading.Poison ? 1 : 0;
                    readings.add(reading);
                    next = record.offset() + 1;
                }
            }
            post(readings, next);
        }

        void post(List<Reading> readings, long next) {
            Progress done;
            try {
                done = poster.post(book, offset, readings, next);
            } catch (SQLException e) {
                throw new Unwritten(e);
            }
            long count = written.addAndGet(done.posted().size());
            if (done.stop() != null) {
                throw new Stopped("book %d stops at offset %d of %s: %s"
                        .formatted(book, done.doneTo(), Topics.LEDGER_ENTRIES.name(), done.stop()));
            }
            ahead.addAndGet(offset - next);
            offset = next;
            long seconds = Math.max(1, (System.nanoTime() - begin) / 1_000_000);
            progress.accept(String.format(
                    "%,d entries written (%,d a second), at most %,d to go",
                    count, count * 1_000 / seconds, ahead.get()));
        }
    }

    /** The database refuses an entry: the book ends there. */
    private static final class Stopped extends RuntimeException {
        Stopped(String message) {
            super(message, null, false, false);
        }
    }

    /** Carries the database's failure through the reader of Kafka. */
    private static final class Unwritten extends RuntimeException {
        private final transient SQLException cause;

        Unwritten(SQLException cause) {
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
