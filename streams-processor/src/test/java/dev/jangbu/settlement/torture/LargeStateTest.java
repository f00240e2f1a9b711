package dev.jangbu.settlement.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.Provision;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.Requests;
import dev.jangbu.settlement.metrics.SettlementMetrics;
import dev.jangbu.settlement.runtime.GroupOffsets;
import dev.jangbu.settlement.runtime.SettlementSettings;
import dev.jangbu.settlement.runtime.SettlementStreams;
import dev.jangbu.settlement.runtime.SettlementStreams.State;
import dev.jangbu.settlement.wallet.DecidedBytes;
import dev.jangbu.settlement.wallet.WalletProcessor;
import dev.jangbu.testsupport.TestBroker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settlement with a large state. Speed is measured by {@code ./jangbu bench}, not here. */
@Tag("proof")
class LargeStateTest {

    private static final int IDS = Integer.getInteger("jangbu.ids", 10_000_000);
    private static final int REQUESTS = Integer.getInteger("jangbu.requests", 100_000);
    private static final int DUPLICATES = 1_000;
    private static final int PARTITIONS = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final String APPLICATION = "large-state-" + UUID.randomUUID();

    private final Random random = new Random(3);

    @TempDir
    Path directory;

    private Admin admin;
    private KafkaProducer<byte[], byte[]> producer;

    @BeforeEach
    void connect() throws Exception {
        TestBroker.reset();
        admin = TestBroker.admin();
        Provision.topics(admin, PARTITIONS, 1);
        new GroupOffsets(admin, APPLICATION, PARTITIONS).commitFirst();
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", TestBroker.address(), "linger.ms", 5, "batch.size", 131_072),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @AfterEach
    void disconnect() {
        producer.close();
        admin.close();
    }

    /** The ids cover 50 hours, so that one hour of them is due to be deleted while the new requests are settled. */
    @Test
    void aRestoredProcessorSettlesNewRequestsOnceAndDropsTheDecidedOnes() throws Exception {
        Instant now = Instant.now();
        List<SettlementRequested> decided = new ArrayList<>();
        for (int n = 0; n < DUPLICATES; n++) {
            decided.add(payment(n, now.minusSeconds(1 + n)));
        }
        writeDecidedIds(now, decided);
        decided.forEach(this::send);
        for (int n = 0; n < REQUESTS; n++) {
            send(payment(n % 1_000, Instant.now()));
        }
        producer.flush();

        try (SettlementStreams settlement = settlement()) {
            settlement.start();
            await().atMost(PATIENCE).until(() -> settlement.health().state() == State.RUNNING);
            await().atMost(PATIENCE).until(this::isCaughtUp);
        }

        assertThat(settledIds()).hasSize(REQUESTS).doesNotHaveDuplicates();
    }

    private List<String> settledIds() {
        Deserializer<LedgerEntry> deserializer =
                new FixedIdSerdes().of(Topics.LEDGER_ENTRIES).deserializer();
        List<String> ids = new ArrayList<>();
        try (CommittedTopic entries = CommittedTopic.open(TestBroker.address(), Topics.LEDGER_ENTRIES)) {
            for (ConsumerRecord<byte[], byte[]> record : entries.records()) {
                ids.add(deserializer.deserialize(record.topic(), record.value()).getSettlementId());
            }
        }
        return ids;
    }

    private boolean isCaughtUp() throws Exception {
        var committed = admin.listConsumerGroupOffsets(APPLICATION)
                .partitionsToOffsetAndMetadata()
                .get();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            TopicPartition requests = new TopicPartition(Topics.SETTLEMENT_REQUESTS.name(), partition);
            long end = admin.listOffsets(Map.of(requests, OffsetSpec.latest()))
                    .partitionResult(requests)
                    .get()
                    .offset();
            if (committed.get(requests) == null || committed.get(requests).offset() != end) {
                return false;
            }
        }
        return true;
    }

    private void writeDecidedIds(Instant now, List<SettlementRequested> decided) throws Exception {
        String ids = createChangelog(WalletProcessor.DECIDED);
        long spanMs = Duration.ofHours(50).toMillis();
        for (long n = 0; n < IDS; n++) {
            Instant time = now.minusMillis(spanMs - spanMs * n / IDS);
            SettlementRequested request = payment((int) (n % 1_000), time);
            write(ids, (int) (n % PARTITIONS), id(request), DecidedBytes.of(request, time));
        }
        for (SettlementRequested request : decided) {
            int partition = Topic.partitionFor(request.getWalletId(), PARTITIONS);
            write(ids, partition, id(request), DecidedBytes.of(request, now));
        }
        String progress = createChangelog(WalletProcessor.PROGRESS);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            byte[] clock = ByteBuffer.allocate(8).putLong(now.toEpochMilli()).array();
            write(progress, partition, "clock-ms".getBytes(StandardCharsets.UTF_8), clock);
        }
        producer.flush();
    }

    private String createChangelog(String store) throws Exception {
        String topic = APPLICATION + "-" + store + "-changelog";
        admin.createTopics(List.of(
                        new NewTopic(topic, PARTITIONS, (short) 1).configs(Map.of("cleanup.policy", "compact"))))
                .all()
                .get();
        return topic;
    }

    private void write(String topic, int partition, byte[] key, byte[] value) {
        Future<RecordMetadata> unused = producer.send(new ProducerRecord<>(topic, partition, key, value));
    }

    private static byte[] id(SettlementRequested request) {
        UUID id = UUID.fromString(request.getSettlementId());
        return ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }

    private SettlementStreams settlement() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        return new SettlementStreams(
                new SettlementSettings(
                        TestBroker.address(),
                        URI.create("http://127.0.0.1:9"),
                        directory,
                        "127.0.0.1:9",
                        APPLICATION,
                        1,
                        1,
                        0,
                        Duration.ofSeconds(6),
                        Duration.ofSeconds(10)),
                new FixedIdSerdes(),
                new SettlementMetrics(meters),
                meters,
                Clock.systemUTC(),
                () -> {});
    }

    private SettlementRequested payment(int seller, Instant time) {
        return Requests.of(SettlementKind.PAYMENT, Requests.idAt(time, random), 1_000)
                .setSellerId("seller-" + seller)
                .setWalletId("seller-" + seller + ":KRW")
                .build();
    }

    private void send(SettlementRequested request) {
        Future<RecordMetadata> unused = producer.send(new ProducerRecord<>(
                Topics.SETTLEMENT_REQUESTS.name(),
                request.getWalletId().getBytes(StandardCharsets.UTF_8),
                new FixedIdSerdes()
                        .of(Topics.SETTLEMENT_REQUESTS)
                        .serializer()
                        .serialize(Topics.SETTLEMENT_REQUESTS.name(), request)));
    }
}
