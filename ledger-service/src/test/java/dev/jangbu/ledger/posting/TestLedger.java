package dev.jangbu.ledger.posting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.database.LedgerDatabase;
import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.testsupport.TestBroker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A broker, a database and an optional posting instance, for tests of other packages. */
public final class TestLedger {

    private static final Duration TIMEOUT = Duration.ofSeconds(180);

    private TestLedger() {}

    /** Empties Kafka and the database. */
    public static void fresh(int books) throws Exception {
        LedgerDatabase.fresh();
        TestTopics.recreate(books);
    }

    /** Starts posting; closing the result stops it. */
    public static AutoCloseable start() {
        PostingInstance instance = new PostingInstance("one");
        instance.loop.start();
        return instance::stop;
    }

    /** Sends entries as the settlement topology does. */
    public static void send(List<Entry> entries, int books) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, TestBroker.address()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (Entry entry : entries) {
                send(producer, entry, books);
            }
        }
    }

    /** Sends an entry. A failure fails the producer's flush or the commit of its transaction. */
    static void send(Producer<byte[], byte[]> producer, Entry entry, int books) {
        Future<RecordMetadata> unused = producer.send(new ProducerRecord<>(
                Topics.LEDGER_ENTRIES.name(),
                Topic.partitionFor(entry.walletId(), books),
                EntryRecords.key(entry),
                EntryRecords.value(EntryRecords.avro(entry))));
    }

    /** Waits until {@code count} postings are committed; the group's offsets are committed with them. */
    public static void awaitPostings(int count) {
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(
                        TestTopics.read(Topics.LEDGER_POSTINGS).size())
                .isEqualTo(count));
    }

    /**
     * End offsets of the output topics, group offsets and groups: equal before and after a run without side effects.
     */
    public static String kafkaState() throws Exception {
        try (Admin admin = TestBroker.admin()) {
            return TestTopics.endOffsets(Topics.LEDGER_POSTINGS) + " "
                    + TestTopics.endOffsets(Topics.SETTLEMENT_DEAD_LETTERS)
                    + " "
                    + admin.listConsumerGroupOffsets(KafkaClients.GROUP)
                            .partitionsToOffsetAndMetadata()
                            .get()
                    + admin.listGroups().all().get().stream()
                            .map(group -> group.groupId())
                            .toList();
        }
    }
}
