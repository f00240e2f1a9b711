package dev.jangbu.ledger.kafka;

import dev.jangbu.contract.Topic;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads committed records of partitions from the beginning, without a consumer group. */
public final class CommittedRecords implements AutoCloseable {

    /** After this long without progress, reading fails. */
    private static final Duration STALL_TIMEOUT = Duration.ofSeconds(30);

    private static final Duration POLL = Duration.ofMillis(250);

    private final KafkaConsumer<byte[], byte[]> consumer;

    private CommittedRecords(String brokers, int maxBatch) {
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        brokers,
                        ConsumerConfig.CLIENT_ID_CONFIG,
                        "ledger-audit",
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "none",
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        10_000,
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        maxBatch,
                        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                        4 << 20),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /**
     * Opens all partitions of a topic at their first record.
     *
     * @param maxBatch the most records per batch
     * @throws org.apache.kafka.common.KafkaException if Kafka fails
     * @throws IllegalStateException if the topic does not exist
     */
    public static CommittedRecords of(String brokers, Topic<?> topic, int maxBatch) {
        CommittedRecords records = new CommittedRecords(brokers, maxBatch);
        try {
            records.assign(records.consumer.partitionsFor(topic.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .collect(Collectors.toSet()));
        } catch (RuntimeException e) {
            records.close();
            throw e;
        }
        if (records.consumer.assignment().isEmpty()) {
            records.close();
            throw new IllegalStateException("The topic " + topic.name() + " does not exist");
        }
        return records;
    }

    /** Opens one partition at its first record. */
    public static CommittedRecords of(String brokers, TopicPartition partition, int maxBatch) {
        CommittedRecords records = new CommittedRecords(brokers, maxBatch);
        records.assign(Set.of(partition));
        return records;
    }

    /** The number of partitions of a topic; 0 if it does not exist. */
    public static int partitions(String brokers, Topic<?> topic) {
        try (CommittedRecords records = new CommittedRecords(brokers, 1)) {
            List<PartitionInfo> partitions = records.consumer.partitionsFor(topic.name());
            return partitions.size();
        }
    }

    private void assign(Collection<TopicPartition> partitions) {
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** The last stable offset of each partition. */
    public Map<TopicPartition, Long> ends() {
        return consumer.endOffsets(consumer.assignment());
    }

    /**
     * Reads up to the given offsets in batches.
     *
     * @throws IllegalStateException if Kafka makes no progress
     */
    public void readTo(Map<TopicPartition, Long> ends, BatchReader reader) {
        long lastProgress = System.nanoTime();
        long lastSum = -1;
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            ConsumerRecords<byte[], byte[]> batch = consumer.poll(POLL);
            if (!batch.isEmpty()) {
                reader.read(batch);
            }
            // Positions, not records: aborted transactions advance the position without a record.
            long sum = ends.keySet().stream().mapToLong(consumer::position).sum();
            if (sum != lastSum) {
                lastSum = sum;
                lastProgress = System.nanoTime();
            } else if (System.nanoTime() - lastProgress > STALL_TIMEOUT.toNanos()) {
                throw new IllegalStateException(
                        "No progress for " + STALL_TIMEOUT.toSeconds() + " s in reading " + ends.keySet());
            }
        }
    }

    /** Polls once for new records. */
    public void readOn(BatchReader reader) {
        ConsumerRecords<byte[], byte[]> batch = consumer.poll(POLL);
        if (!batch.isEmpty()) {
            reader.read(batch);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }

    /** Receives records in the order of each partition. */
    @FunctionalInterface
    public interface BatchReader {
        void read(Iterable<ConsumerRecord<byte[], byte[]>> batch);
    }
}
