package dev.jangbu.local.deadletters;

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
 * Reads committed records up to where a topic ended when the reading began. That end is behind everything that was written,
 * committed or not: a transaction that is open there is waited for, and then is seen or is known to be aborted.
 */
final class TopicScan implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);
    /** Nothing for so long, though there is more, means that the broker is gone. */
    private static final Duration STALLED = Duration.ofSeconds(30);

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
                        // At the end of a topic there is nothing to wait for.
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

    /** The first offsets that are kept. */
    Map<TopicPartition, Long> beginnings(String topic) {
        return consumer.beginningOffsets(partitions(topic));
    }

    /** The offsets behind the last record. */
    Map<TopicPartition, Long> ends(String topic) {
        return ends.endOffsets(partitions(topic));
    }

    /**
     * Passes the records of some partitions on.
     *
     * @param from the first offset of each partition
     * @param more false for the record after which nothing more is wanted
     * @return the offsets up to which was read
     * @throws IllegalStateException if the broker falls silent before the end
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
            } else if (System.nanoTime() - lastProgress > STALLED.toNanos()) {
                throw new IllegalStateException("Kafka gives nothing more of " + to.keySet() + " before their ends");
            }
        }
        return to;
    }

    /** {@code ledger.entries-0@17 ledger.entries-1@3}, sorted. */
    static String text(Map<TopicPartition, Long> offsets) {
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
