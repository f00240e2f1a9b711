package dev.jangbu.testsupport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TestBrokerTest {

    private static final String TOPIC = "letters";

    @AfterEach
    void reset() {
        TestBroker.reset();
    }

    @Test
    void aRecordOfACommittedTransactionIsRead() throws Exception {
        createTopic();

        sendInTransaction("a");

        assertThat(readAll()).containsExactly("a");
    }

    @Test
    void aResetDeletesTopicsAndGroups() throws Exception {
        createTopic();
        sendInTransaction("a");
        readAll();

        TestBroker.reset();

        try (Admin admin = TestBroker.admin()) {
            assertThat(admin.listTopics().names().get()).isEmpty();
            assertThat(admin.listGroups().all().get()).isEmpty();
        }
        createTopic();
        sendInTransaction("b");
        assertThat(readAll()).containsExactly("b");
    }

    private static void createTopic() throws Exception {
        try (Admin admin = TestBroker.admin()) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
        }
    }

    private static void sendInTransaction(String value) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", TestBroker.address(), "transactional.id", "writer");
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(TOPIC, value)).get();
            producer.commitTransaction();
        }
    }

    private static List<String> readAll() {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                TestBroker.address(),
                "group.id",
                "reader",
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                "read_committed");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(TOPIC));
            ConsumerRecords<String, String> records = ConsumerRecords.empty();
            for (int i = 0; i < 60 && records.isEmpty(); i++) {
                records = consumer.poll(Duration.ofSeconds(1));
            }
            consumer.commitSync();
            List<String> values = new ArrayList<>();
            records.forEach(each -> values.add(each.value()));
            return values;
        }
    }
}
