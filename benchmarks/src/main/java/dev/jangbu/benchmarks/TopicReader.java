package dev.jangbu.benchmarks;

import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.installation.Installation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads the records after a mark, with isolation level read_committed. */
final class TopicReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration STALL_TIMEOUT = Duration.ofMinutes(1);

    private final String topic;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Set<TopicPartition> partitions;

    TopicReader(Installation stack, String topic) {
        this.topic = topic;
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                stack.kafka(),
                "isolation.level",
                "read_committed",
                "enable.auto.commit",
                false,
                "max.poll.records",
                5_000);
        this.consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.partitions = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .collect(Collectors.toSet());
        consumer.assign(partitions);
        mark();
    }

    /** Sets the mark to the current end. */
    void mark() {
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
    }

    /**
     * Records read.
     *
     * @param first the number of records of the first poll
     * @param firstAtNanos when the first poll returned
     * @param lastAtNanos when the last one returned
     */
    record Read(List<ConsumerRecord<byte[], byte[]>> records, int first, long firstAtNanos, long lastAtNanos) {}

    /**
     * Reads until {@code count} records have arrived.
     *
     * @throws CommandException if nothing arrives for a minute
     */
    Read await(int count) {
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
            } else if (now - progressAt > STALL_TIMEOUT.toNanos()) {
                throw new CommandException("%2$d of %1$d records arrived on %3$s, then none for %4$d s"
                        .formatted(count, records.size(), topic, STALL_TIMEOUT.toSeconds()));
            }
        }
        return new Read(records, first, firstAt, progressAt);
    }

    /** Reads the records up to the current end. */
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
