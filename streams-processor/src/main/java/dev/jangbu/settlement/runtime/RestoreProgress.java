package dev.jangbu.settlement.runtime;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far the stores are restored from their changelogs: in the log, as metrics, and in words for whoever waits. */
final class RestoreProgress implements StateRestoreListener {

    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(RestoreProgress.class);

    /** In offsets of the changelog, which count the markers of transactions too. */
    private record Restoring(String store, long first, long next, long end) {

        long total() {
            return end - first;
        }

        long remaining() {
            return Math.max(0, end - next);
        }
    }

    private final Clock clock;
    private final Counter restored;
    private final Map<TopicPartition, Restoring> running = new ConcurrentHashMap<>();
    private volatile Instant nextLine = Instant.MIN;

    RestoreProgress(MeterRegistry meters, Clock clock) {
        this.clock = clock;
        this.restored = Counter.builder("jangbu.settlement.restored")
                .description("Changelog records that stores were restored from")
                .register(meters);
        Gauge.builder("jangbu.settlement.restore.remaining", this, RestoreProgress::remaining)
                .description("Changelog records that still have to be read before wallets can move or be read")
                .register(meters);
    }

    @Override
    public void onRestoreStart(TopicPartition partition, String store, long from, long end) {
        running.put(partition, new Restoring(store, from, from, end));
    }

    @Override
    public void onBatchRestored(TopicPartition partition, String store, long batchEnd, long count) {
        restored.increment((double) count);
        running.computeIfPresent(
                partition, (changelog, before) -> new Restoring(store, before.first(), batchEnd + 1, before.end()));
        Instant now = clock.instant();
        if (now.isAfter(nextLine)) {
            nextLine = now.plus(BETWEEN_LINES);
            log.info("Restoring: {}", this);
        }
    }

    @Override
    public void onRestoreEnd(TopicPartition partition, String store, long total) {
        running.remove(partition);
        if (total > 0) {
            log.info("Restored {} of partition {} from {} records", store, partition.partition(), total);
        }
    }

    @Override
    public void onRestoreSuspended(TopicPartition partition, String store, long total) {
        running.remove(partition);
    }

    private long remaining() {
        return running.values().stream().mapToLong(Restoring::remaining).sum();
    }

    /** For instance {@code seen-settlements of partition 2 (700000 of 1200000 to go)}; empty when nothing is being restored. */
    @Override
    public String toString() {
        Map<String, String> sorted = new TreeMap<>();
        running.forEach((partition, restoring) -> {
            if (restoring.remaining() > 0) {
                sorted.put(
                        restoring.store() + " of partition " + partition.partition(),
                        " (%d of %d to go)".formatted(restoring.remaining(), restoring.total()));
            }
        });
        return sorted.entrySet().stream()
                .map(each -> each.getKey() + each.getValue())
                .collect(Collectors.joining(", "));
    }
}
