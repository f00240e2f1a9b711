package dev.jangbu.benchmarks;

import dev.jangbu.proving.stack.StackAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads what comes into a topic after a mark, as a read_committed reader sees it. */
final class TopicTail implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);

    private final String topic;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Set<TopicPartition> partitions;

    TopicTail(StackAddress stack, String topic) {
        this.topic = topic;
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        stack.kafka(),
                        "isolation.level",
                        "read_committed",
                        "enable.auto.commit",
                        false,
                        "max.poll.records",
                        5_000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        this.partitions = Set.copyOf(consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList());
        consumer.assign(partitions);
        mark();
    }

    /** Begins at the present end. */
    void mark() {
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
    }

    /** Records, and when the first and the last of them were in hand. */
    record Read(List<ConsumerRecord<byte[], byte[]>> records, int first, long firstAtNanos, long lastAtNanos) {}

    /**
     * Reads until there are so many.
     *
     * @throws BenchException if nothing comes for as long as {@code stalled}
     */
    Read await(int count, Duration stalled) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>(count);
        long firstAt = 0;
        int first = 0;
        long progressAt = System.nanoTime();
        while (records.size() < count) {
            var polled = consumer.poll(POLL);
            long now = System.nanoTime();
            if (!polled.isEmpty()) {
                progressAt = now;
                if (firstAt == 0) {
                    firstAt = now;
                    first = polled.count();
                }
                polled.forEach(records::add);
            } else if (now - progressAt > stalled.toNanos()) {
                throw new BenchException("Of %d records, %d came to %s, and then none for %d s"
                        .formatted(count, records.size(), topic, stalled.toSeconds()));
            }
        }
        return new Read(records, first, firstAt, progressAt);
    }

    /** What else has come by now. */
    List<ConsumerRecord<byte[], byte[]>> rest() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(POLL).forEach(records::add);
        }
        return records;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
