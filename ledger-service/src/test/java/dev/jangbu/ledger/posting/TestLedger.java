package dev.jangbu.ledger.posting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.book.Entry;
import dev.jangbu.ledger.database.LedgerDatabase;
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

/** A broker, a database and, while it is started, the posting between them, for tests of other packages. */
public final class TestLedger {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private TestLedger() {}

    /** host:port of the broker. */
    public static String kafka() {
        return TestBroker.address();
    }

    /** Empties Kafka and the database. */
    public static void fresh(int books) throws Exception {
        LedgerDatabase.fresh();
        TestBroker.fresh(books);
    }

    /** Starts to post, until closed. */
    public static AutoCloseable start() {
        PostingInstance instance = new PostingInstance("one");
        instance.loop.start();
        return instance::stop;
    }

    /** Sends entries as the wallet desk does. */
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

    /** Sends an entry with others: the producer's flush, or the commit of its transaction, fails if this does. */
    static void send(Producer<byte[], byte[]> producer, Entry entry, int books) {
        Future<RecordMetadata> unused = producer.send(new ProducerRecord<>(
                Topics.LEDGER_ENTRIES.name(),
                Topic.partitionFor(entry.walletId(), books),
                Records.key(entry),
                Records.value(Records.avro(entry))));
    }

    /** Returns when so many postings are committed, and the group's offsets with them. */
    public static void awaitPostings(int count) {
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(Kafka.read(Topics.LEDGER_POSTINGS).size()).isEqualTo(count));
    }

    /** What a group and the topics show to the outside: changes whenever something is published or an offset moves. */
    public static String traces() throws Exception {
        try (Admin admin = TestBroker.admin()) {
            return Kafka.endOffsets(Topics.LEDGER_POSTINGS) + " " + Kafka.endOffsets(Topics.SETTLEMENT_DEAD_LETTERS)
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
