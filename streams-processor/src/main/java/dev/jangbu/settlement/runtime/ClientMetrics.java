package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.completion.CompletionProcessor;
import dev.jangbu.settlement.wallet.WalletProcessor;
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
 * Registers the client's lag and commit latency under stable names. Kafka's own metrics ({@code kafka.stream.…}, {@code
 * kafka.consumer.…}) are registered too.
 */
final class ClientMetrics {

    private ClientMetrics() {}

    /** Registers the gauges. Client and gauges live as long as the process. */
    static void bind(KafkaStreams client, MeterRegistry meters) {
        new KafkaStreamsMetrics(client).bindTo(meters);
        lag(client, meters, WalletProcessor.NAME, Topics.SETTLEMENT_REQUESTS.name());
        lag(client, meters, CompletionProcessor.NAME, Topics.LEDGER_POSTINGS.name());
        latency(client, meters, "commit-latency-avg");
        latency(client, meters, "commit-latency-max");
    }

    private static void lag(KafkaStreams client, MeterRegistry meters, String processor, String topic) {
        Gauge.builder("jangbu.settlement.lag", () -> lag(client, topic))
                .tag("processor", processor)
                .description("Records of this instance's partitions that the processor has not committed")
                .register(meters);
    }

    private static long lag(KafkaStreams client, String topic) {
        try {
            return client.metadataForLocalThreads().stream()
                    .flatMap(thread -> thread.activeTasks().stream())
                    .mapToLong(task -> lag(task, topic))
                    .sum();
        } catch (IllegalStateException e) {
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
                .description("Duration of a commit over the last 30 s")
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
