package dev.jangbu.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.testsupport.TestBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link CommittedTopic} on a real broker. */
class CommittedTopicTest {

    private static Admin admin;
    private static int topics;

    private String topic;

    @BeforeAll
    static void startKafka() {
        TestBroker.reset();
        admin = TestBroker.admin();
    }

    @AfterAll
    static void closeAdmin() {
        admin.close();
    }

    @BeforeEach
    void createTopic() throws Exception {
        topic = "committed-" + topics++;
        admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1))).all().get();
    }

    @Test
    void committedRecordsAreReadAndAbortedOnesAreNot() {
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            transaction(producer, true, 0, "a", "b");
            transaction(producer, false, 0, "aborted");
            transaction(producer, true, 1, "c");
            transaction(producer, false, 1, "aborted too");
        }
        try (CommittedTopic read = CommittedTopic.open(TestBroker.address(), topic)) {
            assertThat(values(read.records())).containsExactlyInAnyOrder("a", "b", "c");
            assertThat(values(read.records())).as("a second reading").containsExactlyInAnyOrder("a", "b", "c");
        }
    }

    @Test
    void anEmptyTopicHasNoRecordsAndAMissingOneIsRefused() {
        try (CommittedTopic read = CommittedTopic.open(TestBroker.address(), topic)) {
            assertThat(read.partitions()).containsExactly(partition(0), partition(1));
            assertThat(read.records()).isEmpty();
        }
        assertThatThrownBy(() -> CommittedTopic.open(TestBroker.address(), "no-such-topic"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no-such-topic");
    }

    @Test
    void aReadingStaysWithinItsOffsets() {
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            transaction(producer, true, 0, "0", "1", "2", "3");
        }
        try (CommittedTopic read = CommittedTopic.open(TestBroker.address(), topic)) {
            assertThat(values(read.records(Map.of(partition(0), 1L), Map.of(partition(0), 3L))))
                    .containsExactly("1", "2");
            assertThat(read.endOffsets()).isEqualTo(Map.of(partition(0), 5L, partition(1), 0L));
        }
    }

    @Test
    void batchesAreBoundedAndRecordsWrittenAfterTheCallAreLeftOut() {
        try (KafkaProducer<byte[], byte[]> producer = producer();
                CommittedTopic read = CommittedTopic.open(
                        Map.of("bootstrap.servers", TestBroker.address(), "max.poll.records", 2),
                        topic,
                        CommittedTopic.STALL_TIMEOUT)) {
            transaction(producer, true, 0, "a", "b", "c", "d", "e");
            List<String> values = new ArrayList<>();
            for (List<ConsumerRecord<byte[], byte[]>> batch :
                    read.batches(read.beginningOffsets(), read.endOffsets())) {
                assertThat(batch).hasSizeBetween(1, 2);
                values.addAll(values(batch));
                transaction(producer, true, 0, "later");
            }
            assertThat(values).containsExactly("a", "b", "c", "d", "e");
        }
    }

    @Test
    void highWatermarksIncludeAnOpenTransactionAndAReadingToThemFailsIfItStaysOpen() {
        try (KafkaProducer<byte[], byte[]> producer = producer();
                CommittedTopic read = CommittedTopic.open(
                        Map.of("bootstrap.servers", TestBroker.address()), topic, Duration.ofSeconds(2))) {
            transaction(producer, true, 0, "a");
            producer.beginTransaction();
            send(producer, 0, "open");
            producer.flush();

            Map<TopicPartition, Long> ends = read.highWatermarks();
            assertThat(ends).isEqualTo(Map.of(partition(0), 3L, partition(1), 0L));
            assertThat(values(read.records())).containsExactly("a");
            assertThatThrownBy(() -> values(read.records(read.beginningOffsets(), ends)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(topic);

            producer.commitTransaction();
            assertThat(values(read.records(read.beginningOffsets(), ends))).containsExactly("a", "open");
        }
    }

    private TopicPartition partition(int number) {
        return new TopicPartition(topic, number);
    }

    private void transaction(KafkaProducer<byte[], byte[]> producer, boolean commit, int partition, String... values) {
        producer.beginTransaction();
        for (String value : values) {
            send(producer, partition, value);
        }
        producer.flush();
        if (commit) {
            producer.commitTransaction();
        } else {
            producer.abortTransaction();
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, int partition, String value) {
        var unused =
                producer.send(new ProducerRecord<>(topic, partition, null, value.getBytes(StandardCharsets.UTF_8)));
    }

    private KafkaProducer<byte[], byte[]> producer() {
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", TestBroker.address(), "transactional.id", topic),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
        return producer;
    }

    private static List<String> values(Iterable<ConsumerRecord<byte[], byte[]>> records) {
        List<String> values = new ArrayList<>();
        records.forEach(record -> values.add(new String(record.value(), StandardCharsets.UTF_8)));
        return values;
    }
}
