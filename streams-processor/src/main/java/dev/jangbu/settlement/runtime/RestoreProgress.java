package dev.jangbu.settlement.runtime;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports the progress of store restores: in the log, as metrics, and as a text for health and wallet reads. */
final class RestoreProgress implements StateRestoreListener {

    private static final Duration LOG_INTERVAL = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(RestoreProgress.class);

    /** In changelog offsets, which include transaction markers. */
    private record Restoring(String store, long first, long next, long end) {

        long remaining() {
            return Math.max(0, end - next);
        }

        String text(int partition) {
            return "%s of partition %d (%d of %d to go)".formatted(store, partition, remaining(), end - first);
        }
    }

    private final Clock clock;
    private final Counter restored;
    private final Map<TopicPartition, Restoring> running = new ConcurrentHashMap<>();
    private volatile Instant nextLogAt = Instant.MIN;

    RestoreProgress(MeterRegistry meters, Clock clock) {
        this.clock = clock;
        this.restored = Counter.builder("jangbu.settlement.restored")
                .description("Changelog records read to restore stores")
                .register(meters);
        Gauge.builder("jangbu.settlement.restore.remaining", this, RestoreProgress::remaining)
                .description("Changelog records left to read before wallets are available")
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
        if (now.isAfter(nextLogAt)) {
            nextLogAt = now.plus(LOG_INTERVAL);
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

    /**
     * For instance {@code decided-settlements of partition 2 (700000 of 1200000 to go)}; empty if no store is being
     * restored.
     */
    @Override
    public String toString() {
        return running.entrySet().stream()
                .filter(each -> each.getValue().remaining() > 0)
                .map(each -> each.getValue().text(each.getKey().partition()))
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
