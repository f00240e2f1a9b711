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

/** What is committed on partitions of a topic, from the beginning; no group, no offset and no other reader is touched. */
public final class CommittedRecords implements AutoCloseable {

    /** Without a record for so long while there should be some, Kafka is taken to be away. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

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
     * Before the first record of every partition.
     *
     * @param maxBatch the most records that are handed over at once
     * @throws org.apache.kafka.common.KafkaException if Kafka does not answer
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

    /** Before the first record of one partition. */
    public static CommittedRecords of(String brokers, TopicPartition partition, int maxBatch) {
        CommittedRecords records = new CommittedRecords(brokers, maxBatch);
        records.assign(Set.of(partition));
        return records;
    }

    /** How many partitions a topic has; 0 if there is no such topic. */
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

    /** The first offset of each partition that is not committed yet. */
    public Map<TopicPartition, Long> ends() {
        return consumer.endOffsets(consumer.assignment());
    }

    /**
     * Reads on to the given offsets, a batch after the other.
     *
     * @throws IllegalStateException if Kafka does not go on
     */
    public void readTo(Map<TopicPartition, Long> ends, BatchReader reader) {
        long lastProgress = System.nanoTime();
        long lastSum = -1;
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            ConsumerRecords<byte[], byte[]> batch = consumer.poll(POLL);
            if (!batch.isEmpty()) {
                reader.read(batch);
            }
            // Positions rather than records: what was aborted is passed over without one.
            long sum = ends.keySet().stream().mapToLong(consumer::position).sum();
            if (sum != lastSum) {
                lastSum = sum;
                lastProgress = System.nanoTime();
            } else if (System.nanoTime() - lastProgress > PATIENCE.toNanos()) {
                throw new IllegalStateException("Kafka has given no record of " + ends.keySet() + " for "
                        + PATIENCE.toSeconds() + " s, and there are some");
            }
        }
    }

    /** Reads what has come since, or comes in a moment. */
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

    /** Takes records, in the order of each partition. */
    @FunctionalInterface
    public interface BatchReader {
        void read(Iterable<ConsumerRecord<byte[], byte[]>> batch);
    }
}
