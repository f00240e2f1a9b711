package dev.jangbu.ledger.posting;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.Provision;
import dev.jangbu.contract.Topic;
import dev.jangbu.testsupport.TestBroker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;

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
        try (CommittedTopic committed = CommittedTopic.open(TestBroker.address(), topic)) {
            committed.records().forEach(records::add);
        }
        return records;
    }

    /** The last stable offset of each partition. */
    static Map<Integer, Long> endOffsets(Topic<?> topic) {
        try (CommittedTopic committed = CommittedTopic.open(TestBroker.address(), topic)) {
            Map<Integer, Long> ends = new HashMap<>();
            committed.endOffsets().forEach((partition, end) -> ends.put(partition.partition(), end));
            return ends;
        }
    }
}
