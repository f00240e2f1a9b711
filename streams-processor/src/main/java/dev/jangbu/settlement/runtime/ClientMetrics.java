package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.SettlementTopology;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.TaskMetadata;

/**
 * What an operator watches, under names of our own that stay when Kafka's change; all of Kafka's ({@code kafka.stream.…},
 * {@code kafka.consumer.…}) are bound beside them.
 */
final class ClientMeters {

    private ClientMeters() {}

    /** Bound for the life of the process, as the client is. */
    static void bind(KafkaStreams client, MeterRegistry meters) {
        new KafkaStreamsMetrics(client).bindTo(meters);
        lag(client, meters, SettlementTopology.WALLET_DESK, Topics.SETTLEMENT_REQUESTS.name());
        lag(client, meters, SettlementTopology.COMPLETION_DESK, Topics.LEDGER_POSTINGS.name());
        latency(client, meters, "commit-latency-avg");
        latency(client, meters, "commit-latency-max");
    }

    private static void lag(KafkaStreams client, MeterRegistry meters, String desk, String topic) {
        Gauge.builder("jangbu.settlement.lag", () -> lag(client, topic))
                .tag("desk", desk)
                .description("Records of this instance's partitions that the desk has not committed yet")
                .register(meters);
    }

    private static long lag(KafkaStreams client, String topic) {
        try {
            return client.metadataForLocalThreads().stream()
                    .flatMap(thread -> thread.activeTasks().stream())
                    .mapToLong(task -> lag(task, topic))
                    .sum();
        } catch (IllegalStateException notRunning) {
            return 0;
        }
    }

    private static long lag(TaskMetadata task, String topic) {
        Map<TopicPartition, Long> committed = task.committedOffsets();
        return task.endOffsets().entrySet().stream()
                .filter(end -> end.getKey().topic().equals(topic))
                .mapToLong(end -> Math.max(0, end.getValue() - Math.max(0, committed.getOrDefault(end.getKey(), 0L))))
                .sum();
    }

    private static void latency(KafkaStreams client, MeterRegistry meters, String metric) {
        Gauge.builder("jangbu.settlement." + metric.replace('-', '.'), () -> highest(client, metric))
                .baseUnit("milliseconds")
                .description("How long a commit takes, over the last half minute")
                .register(meters);
    }

    private static double highest(KafkaStreams client, String name) {
        double highest = 0;
        for (Map.Entry<MetricName, ? extends Metric> metric : client.metrics().entrySet()) {
            if (metric.getKey().name().equals(name)
                    && metric.getKey().group().equals("stream-thread-metrics")
                    && metric.getValue().metricValue() instanceof Double value
                    && value > highest) {
                highest = value;
            }
        }
        return highest;
    }
}
