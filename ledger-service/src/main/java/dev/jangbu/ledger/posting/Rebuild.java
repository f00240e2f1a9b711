package dev.jangbu.ledger.posting;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.LedgerEntry;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
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
    private final AtomicLong poison = new AtomicLong();
    private final AtomicLong remaining = new AtomicLong();
    private final long beginNanos = System.nanoTime();

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
        List<String> stops = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (Future<Optional<String>> book : executor.invokeAll(books())) {
                book.get().ifPresent(stops::add);
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException database) {
                throw database;
            }
            throw new IllegalStateException(e.getCause());
        }
        return new Outcome(written.get(), poison.get(), stops);
    }

    /** The work of each book. It returns why the book stops before its end, if it does. */
    private List<Callable<Optional<String>>> books() {
        try (CommittedTopic committed = topic.get()) {
            Map<TopicPartition, Long> beginnings = committed.beginningOffsets();
            Map<TopicPartition, Long> ends = committed.endOffsets();
            ends.values().forEach(remaining::addAndGet);
            EntryDecoder decoder = new EntryDecoder(entries, ends.size());
            return committed.partitions().stream()
                    .<Callable<Optional<String>>>map(partition -> () -> write(
                            partition,
                            beginnings.getOrDefault(partition, 0L),
                            ends.getOrDefault(partition, 0L),
                            decoder))
                    .toList();
        }
    }

    private Optional<String> write(TopicPartition partition, long beginning, long end, EntryDecoder decoder)
            throws SQLException {
        int book = partition.partition();
        writer.create(book);
        RefusalBisector bisector = new RefusalBisector(writer);
        long offset = 0;
        try (CommittedTopic committed = topic.get()) {
            for (List<ConsumerRecord<byte[], byte[]>> batch :
                    committed.batches(Map.of(partition, beginning), Map.of(partition, end))) {
                List<Decoded> records = batch.stream().map(decoder::decode).toList();
                poison.addAndGet(records.stream()
                        .filter(Decoded.Poison.class::isInstance)
                        .count());
                long next = batch.getLast().offset() + 1;
                BatchResult result = bisector.post(book, offset, records, next);
                advance(result.posted().size(), next - offset);
                offset = next;
                if (result.stopReason() != null) {
                    return Optional.of("book %d stops at offset %d of %s: %s"
                            .formatted(book, result.nextOffset(), partition.topic(), result.stopReason()));
                }
            }
        }
        // Past the transaction markers after the last record.
        BatchResult unused = bisector.post(book, offset, List.of(), end);
        advance(0, end - offset);
        return Optional.empty();
    }

    private void advance(int entriesWritten, long offsets) {
        long count = written.addAndGet(entriesWritten);
        long millis = Math.max(1, (System.nanoTime() - beginNanos) / 1_000_000);
        progress.accept(String.format(
                "%,d entries written (%,d a second), at most %,d to go",
                count, count * 1_000 / millis, remaining.addAndGet(-offsets)));
    }
}
