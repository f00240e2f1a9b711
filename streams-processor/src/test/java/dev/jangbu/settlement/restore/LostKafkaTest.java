package dev.jangbu.settlement.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.Provision;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.FirstMark;
import dev.jangbu.settlement.Requests;
import dev.jangbu.settlement.metrics.SettlementMetrics;
import dev.jangbu.settlement.restore.RestoreStores.RejectedPayout;
import dev.jangbu.settlement.runtime.GroupOffsets;
import dev.jangbu.settlement.runtime.SettlementSettings;
import dev.jangbu.settlement.runtime.SettlementStreams;
import dev.jangbu.settlement.runtime.SettlementStreams.State;
import dev.jangbu.settlement.wallet.WalletProcessor;
import dev.jangbu.testsupport.TemporaryFolder;
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
import java.util.Set;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Parts of Kafka are lost while the settlement is stopped. It never starts over: it refuses to start, and settles nothing,
 * until the stores are restored from the entries.
 */
class LostKafkaTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int PARTITIONS = 2;
    private static final String WALLET = "seller-a:KRW";

    private final Random random = new Random(11);
    private final String application = "lost-" + UUID.randomUUID();
    private final TopicPartition requests =
            new TopicPartition(Topics.SETTLEMENT_REQUESTS.name(), Topic.partitionFor(WALLET, PARTITIONS));

    @TempDir(factory = TemporaryFolder.class)
    Path directory;

    private Admin admin;
    private KafkaProducer<byte[], byte[]> producer;
    private final List<SettlementRequested> settled = new ArrayList<>();

    /** Two settled payments of a stopped settlement. */
    @BeforeEach
    void settleAndStop() throws Exception {
        TestBroker.reset();
        admin = TestBroker.admin();
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", TestBroker.address()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        Provision.topics(admin, PARTITIONS, 1);
        FirstMark.publish();
        settled.add(payment(100));
        settled.add(payment(20));
        try (SettlementStreams settlement = settlement()) {
            settlement.start();
            settled.forEach(this::send);
            await().atMost(PATIENCE).until(() -> entries().size() == 2);
            await().atMost(PATIENCE).until(() -> committed() >= 2);
        }
        awaitLeft();
    }

    @AfterEach
    void disconnect() {
        producer.close();
        admin.close();
    }

    @Test
    void lostOffsetsStop() throws Exception {
        admin.deleteConsumerGroups(List.of(application)).all().get();

        assertRefused("has no offsets, but ledger.entries");
    }

    @Test
    void anOffsetThatIsMissingOfOnePartitionStops() throws Exception {
        admin.deleteConsumerGroupOffsets(application, Set.of(requests)).all().get();

        assertRefused("has no offset of " + requests);
    }

    /** As in a group that is older than the commit of all first offsets. */
    @Test
    void aPartitionThatNeverHadARecordNeedsNoOffset() throws Exception {
        TopicPartition empty = new TopicPartition(requests.topic(), 1 - requests.partition());
        admin.deleteConsumerGroupOffsets(application, Set.of(empty)).all().get();

        try (SettlementStreams settlement = settlement()) {
            settlement.start();
            await().atMost(PATIENCE).until(() -> settlement.health().state() == State.RUNNING);
        }
        assertThat(admin.listConsumerGroupOffsets(application)
                        .partitionsToOffsetAndMetadata()
                        .get()
                        .get(empty)
                        .offset())
                .isZero();
    }

    @Test
    void anOffsetBehindTheEndStops() throws Exception {
        admin.alterConsumerGroupOffsets(application, Map.of(requests, new OffsetAndMetadata(1_000)))
                .all()
                .get();

        assertRefused("continues at offset 1000 of " + requests);
    }

    @Test
    void anOffsetBeforeTheFirstRecordStops() throws Exception {
        for (int n = 0; n < 10; n++) {
            send(payment(1));
        }
        producer.flush();
        admin.deleteRecords(Map.of(requests, RecordsToDelete.beforeOffset(10)))
                .all()
                .get();

        assertRefused("continues at offset ");
    }

    @Test
    void aDeletedChangelogStops() throws Exception {
        delete(GroupOffsets.changelog(application, WalletProcessor.WALLETS));

        assertRefused("these stores have no changelog: [wallets]");
    }

    /** Kafka Streams would continue the local copy, and the changelog would lack what is in it. */
    @Test
    void anEmptyChangelogStops() throws Exception {
        recreate(GroupOffsets.changelog(application, WalletProcessor.WALLETS));

        assertRefused("ends at offset 0, but the local store contains its record ");
    }

    @Test
    void anEmptyChangelogOfIdsStopsAlsoWithoutALocalCopy() throws Exception {
        recreate(GroupOffsets.changelog(application, WalletProcessor.DECIDED));
        TemporaryFolder.delete(directory.resolve("state"));

        assertRefused("the stores of partition " + requests.partition() + " are not those after settlement");
    }

    /** As after a truncation: the changelog ends at the first of two wallets. */
    @Test
    void aChangelogThatEndsEarlierStops() throws Exception {
        String changelog = GroupOffsets.changelog(application, WalletProcessor.WALLETS);
        byte[] first = records(changelog).getFirst().value();
        recreate(changelog);
        producer.send(new ProducerRecord<>(
                        changelog, requests.partition(), WALLET.getBytes(StandardCharsets.UTF_8), firstVersion(first)))
                .get();
        TemporaryFolder.delete(directory.resolve("state"));

        assertRefused("are not those after settlement " + settled.getLast().getSettlementId());
    }

    @Test
    void aNewKafkaWithTheLocalStateOfAnotherOneStops() throws Exception {
        TestBroker.reset();
        Provision.topics(admin, PARTITIONS, 1);
        FirstMark.publish();

        assertRefused("this instance has local stores", 0);
    }

    @Test
    void anEmptyKafkaWithoutAMarkIsNotStarted() throws Exception {
        TestBroker.reset();
        Provision.topics(admin, PARTITIONS, 1);
        TemporaryFolder.delete(directory.resolve("state"));
        send(settled.getFirst());
        try (SettlementStreams settlement = settlement()) {
            settlement.start();
            await().atMost(PATIENCE).until(() -> settlement.health().detail().contains("payment.marks has no mark"));
            assertThat(settlement.health().state()).isEqualTo(State.WAITING);
        }
        assertThat(entries()).isEmpty();
    }

    @Test
    void anInterruptedRestorationStops() throws Exception {
        Provision.create(admin, List.of(new NewTopic(Topics.RESTORING_WALLETS, 1, (short) 1)));

        assertRefused("was interrupted, or is not finished");
    }

    /** The local copy has more records than the new changelogs, and would be continued in the middle of them. */
    @Test
    void restoredStoresContinueTheWalletsAndKnowTheIds() throws Exception {
        List<LedgerEntry> book = entries();
        SettlementRequested rejected = payout(5_000, "payout-1");
        TestBroker.reset();
        Provision.topics(admin, PARTITIONS, 1);
        FirstMark.publish();
        book.forEach(entry -> send(Topics.LEDGER_ENTRIES, entry.getWalletId(), entry));
        producer.flush();
        new RestoreStores(TestBroker.address(), new FixedIdSerdes(), application, 1, System.err)
                .run(List.of(new RejectedPayout(
                        UUID.fromString(rejected.getSettlementId()),
                        UUID.fromString(rejected.getReferenceId()),
                        WALLET,
                        Instant.now().toEpochMilli())));

        try (SettlementStreams settlement = settlement()) {
            settlement.start();
            settled.forEach(this::send);
            // An id beyond the horizon is remembered too. The content is unknown, the reference is not.
            send(SettlementRequested.newBuilder(settled.getFirst())
                    .setMovedAt(Instant.now().minus(Duration.ofDays(20)))
                    .setOrderId("another")
                    .build());
            send(SettlementRequested.newBuilder(settled.getFirst())
                    .setReferenceId(UUID.randomUUID().toString())
                    .build());
            send(rejected);
            send(payment(3));
            send(payout(5_000, "payout-2"));
            await().atMost(PATIENCE).until(() -> !completions().isEmpty());
        }

        assertThat(entries())
                .extracting(LedgerEntry::getWalletVersion, LedgerEntry::getBalanceAfter)
                .containsExactly(tuple(1L, 100L), tuple(2L, 120L), tuple(3L, 123L));
        assertThat(completions())
                .extracting(SettlementCompleted::getOutcome)
                .as("of the payout that was not decided before")
                .containsExactly(Outcome.REJECTED);
        assertThat(records(Topics.SETTLEMENT_DEAD_LETTERS.name()))
                .extracting(letter -> EventHeaders.text(letter.headers(), DeadLetters.CAUSE))
                .containsExactly("ID_CONFLICT");
    }

    private void assertRefused(String evidence) throws Exception {
        assertRefused(evidence, 2);
    }

    /** Starts, and sends the old requests and a new one, none of which may be settled. */
    private void assertRefused(String evidence, int entries) throws Exception {
        for (int start = 0; start < 2; start++) {
            try (SettlementStreams settlement = settlement()) {
                settlement.start();
                settled.forEach(this::send);
                send(payment(7));
                producer.flush();
                await().atMost(PATIENCE).until(() -> settlement.health().state() == State.FAILED);
                assertThat(settlement.health().detail()).contains(evidence, "./jangbu restore wallets");
            }
            awaitLeft();
        }
        assertThat(entries()).hasSize(entries);
    }

    /** The wallet of the first payment, whatever the cache has merged into the first record. */
    private static byte[] firstVersion(byte[] wallet) {
        return ByteBuffer.allocate(wallet.length)
                .put(wallet)
                .putLong(1, 100)
                .putLong(9, 1)
                .array();
    }

    private void awaitLeft() {
        await("the instance has left the group")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> admin.listGroups().all().get().stream()
                                .noneMatch(group -> group.groupId().equals(application))
                        || admin.describeConsumerGroups(List.of(application))
                                .all()
                                .get()
                                .get(application)
                                .members()
                                .isEmpty());
    }

    private void delete(String topic) throws Exception {
        admin.deleteTopics(List.of(topic)).all().get();
        await().atMost(PATIENCE).until(() -> !admin.listTopics().names().get().contains(topic));
    }

    private void recreate(String changelog) throws Exception {
        delete(changelog);
        Provision.create(
                admin,
                List.of(new NewTopic(changelog, PARTITIONS, (short) 1).configs(Map.of("cleanup.policy", "compact"))));
    }

    private SettlementStreams settlement() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        return new SettlementStreams(
                new SettlementSettings(
                        TestBroker.address(),
                        URI.create("http://127.0.0.1:9"),
                        directory.resolve("state"),
                        "127.0.0.1:8081",
                        application,
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

    private SettlementRequested payment(long amount) {
        return Requests.of(SettlementKind.PAYMENT, Requests.idAt(Instant.now(), random), amount)
                .build();
    }

    private static SettlementRequested payout(long amount, String key) {
        UUID id = UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8));
        return Requests.of(SettlementKind.PAYOUT, id, amount)
                .setOccurredAt(Instant.now())
                .build();
    }

    private void send(SettlementRequested request) {
        send(Topics.SETTLEMENT_REQUESTS, request.getWalletId(), request);
    }

    private <T extends SpecificRecord> void send(Topic<T> topic, String key, T value) {
        var unused = producer.send(new ProducerRecord<>(
                topic.name(),
                key.getBytes(StandardCharsets.UTF_8),
                new FixedIdSerdes().of(topic).serializer().serialize(topic.name(), value)));
    }

    private long committed() throws Exception {
        OffsetAndMetadata offset = admin.listConsumerGroupOffsets(application)
                .partitionsToOffsetAndMetadata()
                .get()
                .get(requests);
        return offset == null ? 0 : offset.offset();
    }

    private List<LedgerEntry> entries() {
        return values(Topics.LEDGER_ENTRIES);
    }

    private List<SettlementCompleted> completions() {
        return values(Topics.SETTLEMENT_COMPLETIONS);
    }

    private static <T extends SpecificRecord> List<T> values(Topic<T> topic) {
        Deserializer<T> deserializer = new FixedIdSerdes().of(topic).deserializer();
        return records(topic.name()).stream()
                .map(record -> deserializer.deserialize(topic.name(), record.value()))
                .toList();
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(String topic) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (CommittedTopic committed = CommittedTopic.open(TestBroker.address(), topic)) {
            committed.records().forEach(records::add);
        }
        return records;
    }
}
