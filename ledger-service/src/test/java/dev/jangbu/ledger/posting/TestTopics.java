package dev.jangbu.ledger.posting;

import dev.jangbu.contract.Provision;
import dev.jangbu.contract.Topic;
import dev.jangbu.testsupport.TestBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The topics of the catalogue on the broker of {@link TestBroker}: creation, committed records and offsets. */
final class TestTopics {

    static final int PARTITIONS = 2;

    private TestTopics() {}

    /** Deletes topics and groups, and recreates the topics. */
    static void recreate() {
        recreate(PARTITIONS);
    }

    /** Deletes topics and groups, and recreates the topics with {@code partitions} books. */
    static void recreate(int partitions) {
        TestBroker.reset();
        create(partitions);
    }

    /** Creates the topics. */
    static void create(int partitions) {
        try (Admin admin = TestBroker.admin()) {
            Provision.topics(admin, partitions, 1);
        }
    }

    /** All committed records of a topic. */
    static List<ConsumerRecord<byte[], byte[]>> read(Topic<?> topic) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = reader()) {
            List<TopicPartition> partitions = partitions(consumer, topic);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    /** The last stable offset of each partition. */
    static Map<Integer, Long> endOffsets(Topic<?> topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = reader()) {
            Map<Integer, Long> ends = new HashMap<>();
            consumer.endOffsets(partitions(consumer, topic))
                    .forEach((partition, end) -> ends.put(partition.partition(), end));
            return ends;
        }
    }

    private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, Topic<?> topic) {
        return consumer.partitionsFor(topic.name()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    private static KafkaConsumer<byte[], byte[]> reader() {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        TestBroker.address(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
