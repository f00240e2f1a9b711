package dev.jangbu.ledger.posting;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.LedgerEntry;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Rebuilds the ledger in an empty database, from the first record of {@code ledger.entries} to the last one that is
 * committed at the start. It uses the classes of posting: numbers and hashes depend only on the order of the entries,
 * so they come out the same. It publishes nothing and neither reads nor commits group offsets.
 */
public final class Rebuild {

    private final Supplier<CommittedTopic> topic;
    private final Deserializer<LedgerEntry> entries;
    private final BookWriter writer;
    private final Consumer<String> progress;
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong remaining = new AtomicLong();

    /**
     * @param topic opens {@code ledger.entries}
     * @param target an empty database, as the role that posts; one connection per thread
     * @param progress receives progress messages
     */
    public Rebuild(
            Supplier<CommittedTopic> topic,
            Deserializer<LedgerEntry> entries,
            DataSource target,
            Clock clock,
            Consumer<String> progress) {
        this.topic = topic;
        this.entries = entries;
        this.writer = new BookWriter(target, clock);
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
        List<Future<BookOutcome>> books = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (BookRebuild book : books()) {
                books.add(executor.submit(book::run));
            }
        }
        long poison = 0;
        List<String> stops = new ArrayList<>();
        for (Future<BookOutcome> book : books) {
            BookOutcome outcome = outcome(book);
            poison += outcome.poison();
            outcome.stopReason().ifPresent(stops::add);
        }
        return new Outcome(written.get(), poison, stops);
    }

    /** @param stopReason see {@link BatchResult#stopReason}, with the book and the offset */
    private record BookOutcome(long poison, Optional<String> stopReason) {}

    private List<BookRebuild> books() {
        try (CommittedTopic committed = topic.get()) {
            List<TopicPartition> partitions = committed.partitions();
            Map<TopicPartition, Long> beginnings = committed.beginningOffsets();
            Map<TopicPartition, Long> ends = committed.endOffsets();
            ends.values().forEach(remaining::addAndGet);
            EntryDecoder decoder = new EntryDecoder(entries, partitions.size());
            long beginNanos = System.nanoTime();
            return partitions.stream()
                    .map(partition -> new BookRebuild(
                            partition,
                            Objects.requireNonNull(beginnings.get(partition), "a beginning for each partition"),
                            Objects.requireNonNull(ends.get(partition), "an end for each partition"),
                            decoder,
                            beginNanos))
                    .toList();
        }
    }

    private final class BookRebuild {

        private final TopicPartition partition;
        private final long beginning;
        private final long end;
        private final EntryDecoder decoder;
        private final long beginNanos;
        private final RefusalBisector bisector = new RefusalBisector(writer);
        private long offset;
        private long poison;

        BookRebuild(TopicPartition partition, long beginning, long end, EntryDecoder decoder, long beginNanos) {
            this.partition = partition;
            this.beginning = beginning;
            this.end = end;
            this.decoder = decoder;
            this.beginNanos = beginNanos;
        }

        BookOutcome run() throws SQLException {
            writer.create(partition.partition());
            try (CommittedTopic committed = topic.get()) {
                for (List<ConsumerRecord<byte[], byte[]>> batch :
                        committed.batches(Map.of(partition, beginning), Map.of(partition, end))) {
                    Optional<String> stopReason =
                            post(decoded(batch), batch.getLast().offset() + 1);
                    if (stopReason.isPresent()) {
                        return new BookOutcome(poison, stopReason);
                    }
                }
            }
            return new BookOutcome(poison, post(List.of(), end));
        }

        private List<Decoded> decoded(List<ConsumerRecord<byte[], byte[]>> batch) {
            List<Decoded> records = batch.stream().map(decoder::decode).toList();
            poison += records.stream().filter(Decoded.Poison.class::isInstance).count();
            return records;
        }

        /** Returns why the book stops; empty if it does not. */
        private Optional<String> post(List<Decoded> records, long next) throws SQLException {
            BatchResult result = bisector.post(partition.partition(), offset, records, next);
            long count = written.addAndGet(result.posted().size());
            if (result.stopReason() != null) {
                return Optional.of("book %d stops at offset %d of %s: %s"
                        .formatted(partition.partition(), result.nextOffset(), partition.topic(), result.stopReason()));
            }
            remaining.addAndGet(offset - next);
            offset = next;
            long millis = Math.max(1, (System.nanoTime() - beginNanos) / 1_000_000);
            progress.accept(String.format(
                    "%,d entries written (%,d a second), at most %,d to go",
                    count, count * 1_000 / millis, remaining.get()));
            return Optional.empty();
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
