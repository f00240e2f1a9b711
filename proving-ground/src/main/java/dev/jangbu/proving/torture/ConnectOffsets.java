package dev.jangbu.proving.torture;

import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.stack.KafkaClients;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Compares the offsets that Connect has stored with the records it has sent. */
final class ConnectOffsets implements AutoCloseable {

    private static final TopicPartition OFFSETS = new TopicPartition("connect.offsets", 0);

    /** After storing offsets, Connect notifies the connector, which then confirms them to PostgreSQL. */
    private static final Duration OFFSET_RELEASE_DELAY = Duration.ofMillis(50);

    private final List<TopicPartition> requests = IntStream.range(0, Topics.LOCAL_PARTITIONS)
            .mapToObj(partition -> new TopicPartition(Topics.SETTLEMENT_REQUESTS.name(), partition))
            .toList();
    private final KafkaConsumer<byte[], byte[]> consumer;

    ConnectOffsets(Installation stack) {
        this.consumer = KafkaClients.consumer(stack, Map.of(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 20_000));
        consumer.assign(List.of(OFFSETS));
        consumer.seekToEnd(List.of(OFFSETS));
    }

    /**
     * Waits until Connect has sent this many records since it last stored its offsets.
     *
     * @return the number of records; 0 on timeout
     */
    long awaitUncommitted(int records, Duration within) {
        long begin = System.nanoTime();
        long storedAt = begin;
        long stored = Long.MAX_VALUE;
        while (System.nanoTime() - begin < within.toNanos()) {
            boolean storedNow = !consumer.poll(Duration.ofMillis(5)).isEmpty();
            long end = consumer.endOffsets(requests).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            if (storedNow) {
                storedAt = System.nanoTime();
                stored = Long.MAX_VALUE;
            } else if (stored == Long.MAX_VALUE) {
                stored = System.nanoTime() - storedAt > OFFSET_RELEASE_DELAY.toNanos() ? end : Long.MAX_VALUE;
            } else if (end - records >= stored) {
                return end - stored;
            }
        }
        return 0;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
