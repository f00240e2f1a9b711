package dev.jangbu.operator.deadletters;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the committed records of a topic up to the end that the topic has when the read starts. That end includes open
 * transactions: the read waits until each one is committed or aborted. Not thread-safe.
 */
final class TopicScan implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);

    /** A read that gets no record for this long fails: the broker is gone. */
    private static final Duration STALL_TIMEOUT = Duration.ofSeconds(30);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final KafkaConsumer<byte[], byte[]> ends;

    TopicScan(String kafka) {
        consumer = consumer(kafka, "read_committed");
        ends = consumer(kafka, "read_uncommitted");
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String kafka, String isolation) {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        isolation,
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        // A poll at the end of a topic returns soon.
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                        20),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    List<TopicPartition> partitions(String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
    }

    /** The first retained offsets. */
    Map<TopicPartition, Long> beginnings(String topic) {
        return consumer.beginningOffsets(partitions(topic));
    }

    /** The offsets after the last records, committed or not. */
    Map<TopicPartition, Long> ends(String topic) {
        return ends.endOffsets(partitions(topic));
    }

    /**
     * Passes the records of partitions to a predicate, up to the current ends.
     *
     * @param from the first offset of each partition
     * @param more false ends the read
     * @return the end offsets
     * @throws IllegalStateException if the broker stops responding before the ends
     */
    Map<TopicPartition, Long> read(Map<TopicPartition, Long> from, Predicate<ConsumerRecord<byte[], byte[]>> more) {
        consumer.assign(from.keySet());
        Map<TopicPartition, Long> to = ends.endOffsets(from.keySet());
        from.forEach(consumer::seek);
        long lastProgress = System.nanoTime();
        while (to.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            var records = consumer.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                boolean before =
                        record.offset() < to.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L);
                if (before && !more.test(record)) {
                    return to;
                }
            }
            if (!records.isEmpty()) {
                lastProgress = System.nanoTime();
            } else if (System.nanoTime() - lastProgress > STALL_TIMEOUT.toNanos()) {
                throw new IllegalStateException(
                        "Kafka returns no more records of " + to.keySet() + " before their ends");
            }
        }
        return to;
    }

    /** For instance {@code ledger.entries-0@17 ledger.entries-1@3}, sorted. */
    static String describe(Map<TopicPartition, Long> offsets) {
        return offsets.entrySet().stream()
                .map(each -> each.getKey() + "@" + each.getValue())
                .sorted()
                .collect(Collectors.joining(" "));
    }

    @Override
    public void close() {
        consumer.close();
        ends.close();
    }
}
