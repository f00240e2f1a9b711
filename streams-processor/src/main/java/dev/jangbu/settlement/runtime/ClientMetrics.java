package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.completion.CompletionProcessor;
import dev.jangbu.settlement.wallet.WalletProcessor;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
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
        return task.endOffsets().entrySet().stream()
                .filter(end -> end.getKey().topic().equals(topic))
                .mapToLong(end ->
                        end.getValue() - Math.max(0, task.committedOffsets().getOrDefault(end.getKey(), 0L)))
                .map(lag -> Math.max(0, lag))
                .sum();
    }

    private static void latency(KafkaStreams client, MeterRegistry meters, String metric) {
        Gauge.builder("jangbu.settlement." + metric.replace('-', '.'), () -> highest(client, metric))
                .baseUnit("milliseconds")
                .description("Duration of a commit over the last 30 s")
                .register(meters);
    }

    private static double highest(KafkaStreams client, String name) {
        return client.metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals(name)
                        && metric.metricName().group().equals("stream-thread-metrics")
                        && metric.metricValue() instanceof Double)
                .mapToDouble(metric -> (Double) metric.metricValue())
                .filter(value -> value > 0)
                .max()
                .orElse(0);
    }
}
