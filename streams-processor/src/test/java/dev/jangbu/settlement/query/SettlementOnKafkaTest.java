package dev.jangbu.settlement.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.jayway.jsonpath.JsonPath;
import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.Provision;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.RegistryUnavailableException;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.FirstMark;
import dev.jangbu.settlement.ReleaseState;
import dev.jangbu.settlement.ReleasedStateTest;
import dev.jangbu.settlement.Requests;
import dev.jangbu.settlement.WalletEntries;
import dev.jangbu.settlement.metrics.SettlementMetrics;
import dev.jangbu.settlement.runtime.GroupOffsets;
import dev.jangbu.settlement.runtime.SettlementSettings;
import dev.jangbu.settlement.runtime.SettlementStreams;
import dev.jangbu.settlement.runtime.SettlementStreams.State;
import dev.jangbu.testsupport.TemporaryFolder;
import dev.jangbu.testsupport.TestBroker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;

/** The settlement on a real broker: waiting, running, an outage, poison, a restart, failures, and wallet reads. */
class SettlementOnKafkaTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Random random = new Random(7);
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicBoolean registryIsUnavailable = new AtomicBoolean();
    // An open transaction of a failed client outlives its test on the shared broker, with its offsets.
    private final String application = "settlement-" + UUID.randomUUID();

    @TempDir(factory = TemporaryFolder.class)
    Path directory;

    private Admin admin;
    private KafkaProducer<byte[], byte[]> producer;

    @BeforeEach
    void connect() {
        TestBroker.reset();
        admin = TestBroker.admin();
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", TestBroker.address()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @AfterEach
    void disconnect() {
        producer.close();
        admin.close();
    }

    @Test
    void waitsForTopicsThenSettlesThroughAnOutagePoisonAndARestart() throws Exception {
        SettlementRequested first = payment(12_000);
        SettlementRequested second = payment(500);
        try (SettlementStreams settlement = settlement()) {
            settlement.start();
            await().atMost(PATIENCE)
                    .until(() -> settlement.health().detail().contains(Topics.SETTLEMENT_REQUESTS.name()));
            assertThat(settlement.health().state()).isEqualTo(State.WAITING);
            http(settlement)
                    .perform(get("/wallets/seller-a?currency=KRW"))
                    .andExpect(status().isServiceUnavailable())
                    .andExpect(header().string("Retry-After", "1"))
                    .andExpect(content().contentType("application/problem+json"))
                    .andExpect(jsonPath("$.code").value("restoring"));

            Provision.topics(admin, 4, 1);
            await("the first mark of the payments database")
                    .atMost(PATIENCE)
                    .until(() -> settlement.health().detail().contains(Topics.PAYMENT_MARKS.name()));
            assertThat(settlement.health().state()).isEqualTo(State.WAITING);
            FirstMark.publish();
            awaitRunning(settlement);

            send(first);
            assertThat(entries(1)).extracting(LedgerEntry::getBalanceAfter).containsExactly(12_000L);
            http(settlement)
                    .perform(get("/wallets/seller-a?currency=KRW"))
                    .andExpect(status().isOk())
                    .andExpect(jsonPath("$.walletId").value("seller-a:KRW"))
                    .andExpect(jsonPath("$.sellerId").value("seller-a"))
                    .andExpect(jsonPath("$.currency").value("KRW"))
                    .andExpect(jsonPath("$.balance").value(12_000))
                    .andExpect(jsonPath("$.version").value(1))
                    .andExpect(jsonPath("$.updatedAt").isString());

            // The settlement waits for an unavailable registry. No request is lost or treated as poison.
            registryIsUnavailable.set(true);
            send(second);
            await().atMost(PATIENCE).until(() -> settlement.health().state() != State.RUNNING);
            registryIsUnavailable.set(false);
            assertThat(entries(2)).extracting(LedgerEntry::getBalanceAfter).containsExactly(12_000L, 12_500L);

            // Dead letter and offset are committed although no valid record follows.
            byte[] poison = "not in the wire format".getBytes(StandardCharsets.UTF_8);
            send(Topics.SETTLEMENT_REQUESTS.name(), "seller-a:KRW", poison);
            assertThat(read(Topics.SETTLEMENT_DEAD_LETTERS.name(), 1)).containsExactly(poison);
            await().atMost(PATIENCE).until(() -> committed("seller-a:KRW") >= 3);
            awaitRunning(settlement);
        }
        await("the instance has left the group").atMost(PATIENCE).until(() -> admin.describeConsumerGroups(
                        List.of(application))
                .all()
                .get()
                .get(application)
                .members()
                .isEmpty());

        try (SettlementStreams settlement = settlement()) {
            settlement.start();
            awaitRunning(settlement);
            send(first);
            send(payment(1));
            assertThat(entries(3))
                    .extracting(LedgerEntry::getBalanceAfter, LedgerEntry::getWalletVersion)
                    .last()
                    .isEqualTo(Tuple.tuple(12_501L, 3L));
            assertThat(read(Topics.SETTLEMENT_DEAD_LETTERS.name(), 1)).hasSize(1);
        }
    }

    @Test
    void aWalletWithoutEntriesIsEmptyAndInvalidParametersAreRefused() throws Exception {
        Provision.topics(admin, 4, 1);
        FirstMark.publish();
        try (SettlementStreams settlement = settlement()) {
            settlement.start();
            awaitRunning(settlement);
            MockMvc http = http(settlement);

            http.perform(get("/wallets/no-entries?currency=USD"))
                    .andExpect(status().isOk())
                    .andExpect(content().json("""
                                    {"walletId": "no-entries:USD", "sellerId": "no-entries", "currency": "USD",
                                     "balance": 0, "version": 0, "updatedAt": null}"""));
            for (String invalid : List.of("/wallets/a.b?currency=KRW", "/wallets/a?currency=krw", "/wallets/a")) {
                http.perform(get(invalid))
                        .andExpect(status().isUnprocessableContent())
                        .andExpect(content().contentType("application/problem+json"))
                        .andExpect(jsonPath("$.code").value("invalid-field"))
                        .andExpect(jsonPath("$.errors[0].field").isString());
            }
        }
    }

    /** Only changelogs and the last entry of the release remain, as after months without requests and the loss of the disk. */
    @Test
    void restoresTheStateOfTheReleaseAndReadsWaitForAPosition() throws Exception {
        Provision.topics(admin, 1, 1);
        writeReleasedChangelogs();
        new GroupOffsets(admin, application, 1).commitFirst();
        send(
                Topics.LEDGER_ENTRIES,
                "seller-a:KRW",
                WalletEntries.of(ReleaseState.SETTLED, 2, 11_300).build());
        try (SettlementStreams settlement = settlement()) {
            settlement.start();
            awaitRunning(settlement);
            MockMvc http = http(settlement);
            http.perform(get("/wallets/seller-a?currency=KRW"))
                    .andExpect(jsonPath("$.balance").value(11_300))
                    .andExpect(jsonPath("$.version").value(2));
            assertThat(meters.get("jangbu.settlement.restored").counter().count())
                    .isGreaterThanOrEqualTo(10);
            assertThat(gauge("jangbu.settlement.restore.remaining")).isZero();

            // Repeated requests of the release are dropped; an id beyond the horizon is a dead letter.
            send(ReleaseState.payment(ReleaseState.SETTLED, "seller-a", "KRW", 12_000, 600));
            send(ReleaseState.payment(ReleaseState.REPLAYED, "seller-a", "USD", 7, 0));
            send(ReleaseState.payment(
                    Requests.idAt(ReleaseState.NOW.minus(Duration.ofHours(50)), random), "seller-a", "KRW", 5, 0));
            assertThat(read(Topics.SETTLEMENT_DEAD_LETTERS.name(), 1)).hasSize(1);

            // The release emitted 4 entries.
            http.perform(get("/wallets/seller-a?currency=KRW&position=0:4"))
                    .andExpect(status().isOk())
                    .andExpect(jsonPath("$.version").value(2));
            http.perform(get("/wallets/seller-a?currency=KRW&position=0:5"))
                    .andExpect(status().isServiceUnavailable())
                    .andExpect(header().string("Retry-After", "1"))
                    .andExpect(jsonPath("$.detail").value("The wallets of book 0 have not reached journal 5 yet"));
            AtomicInteger entries = new AtomicInteger(4);
            await("a read waits for its position")
                    .atMost(PATIENCE)
                    .until(() -> readWaitsFor(http, entries.incrementAndGet()));
            http.perform(get("/wallets/seller-a?currency=KRW&position=5"))
                    .andExpect(status().isUnprocessableContent())
                    .andExpect(jsonPath("$.errors[0].field").value("position"));

            await().atMost(PATIENCE).until(() -> gauge("jangbu.settlement.lag", "processor", "wallet-processor") == 0);
            assertThat(gauge("jangbu.settlement.commit.latency.max")).isPositive();
            assertThat(meters.get("jangbu.settlement.duplicates").counter().count())
                    .as("duplicates, counted again after an aborted transaction")
                    .isGreaterThanOrEqualTo(2);

            settlement.client().orElseThrow().close();
            assertThat(settlement.health().state()).isEqualTo(State.FAILED);
            assertThat(settlement.health().detail()).contains("NOT_RUNNING");
        }
    }

    @Test
    void topicsWithDifferentPartitionCountsStopTheService() throws Exception {
        Provision.topics(admin, 4, 1);
        admin.createPartitions(Map.of(Topics.LEDGER_POSTINGS.name(), NewPartitions.increaseTo(5)))
                .all()
                .get();
        // The broker's metadata follows the controller's with a delay.
        await().atMost(PATIENCE).until(() -> partitionsOf(Topics.LEDGER_POSTINGS.name()) == 5);
        try (SettlementStreams settlement = settlement()) {
            settlement.start();

            await().atMost(PATIENCE).until(() -> settlement.health().state() == State.FAILED);
            assertThat(settlement.health().detail()).contains("ledger.postings=5");
        }
    }

    @Test
    void aBugStopsTheClientAndTheStateIsFailed() throws Exception {
        Provision.topics(admin, 4, 1);
        FirstMark.publish();
        try (SettlementStreams settlement = settlement()) {
            settlement.start();
            awaitRunning(settlement);

            send(Requests.of(SettlementKind.UNKNOWN, Requests.idAt(Instant.now(), random), 1)
                    .build());

            await().atMost(PATIENCE).until(() -> settlement.health().state() == State.FAILED);
            assertThat(committed("seller-a:KRW")).isZero();
        }
    }

    /** The wallet and its entry are one transaction. */
    @Test
    void anEntryThatCannotBeWrittenStopsTheClientAndChangesNoWallet() throws Exception {
        Provision.topics(admin, 4, 1);
        ConfigResource entries = new ConfigResource(ConfigResource.Type.TOPIC, Topics.LEDGER_ENTRIES.name());
        admin.incrementalAlterConfigs(Map.of(
                        entries,
                        List.of(new AlterConfigOp(
                                new ConfigEntry("max.message.bytes", "100"), AlterConfigOp.OpType.SET))))
                .all()
                .get();
        FirstMark.publish();
        try (SettlementStreams settlement = settlement()) {
            settlement.start();
            awaitRunning(settlement);

            send(payment(500));

            await().atMost(PATIENCE).until(() -> settlement.health().state() == State.FAILED);
            // The refused record or the aborted transaction: either failure may be reported first.
            assertThat(settlement.health().detail()).contains("Exception");
            assertThat(committed("seller-a:KRW")).isZero();
        }
        assertThat(committedValues(Topics.LEDGER_ENTRIES.name()))
                .as("committed entries")
                .isEmpty();
        assertThat(committedValues(application + "-wallets-changelog"))
                .as("committed wallets")
                .isEmpty();
    }

    /** The values of a topic's committed records. */
    private List<byte[]> committedValues(String topic) {
        List<byte[]> values = new ArrayList<>();
        try (CommittedTopic committed = CommittedTopic.open(TestBroker.address(), topic)) {
            committed.records().forEach(record -> values.add(record.value()));
        }
        return values;
    }

    private void writeReleasedChangelogs() throws Exception {
        for (var store : ReleasedStateTest.changelogs(Path.of("src", "test", "resources", "released", "1"))
                .entrySet()) {
            String topic = application + "-" + store.getKey() + "-changelog";
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(Map.of("cleanup.policy", "compact"))))
                    .all()
                    .get();
            for (var record : store.getValue().entrySet()) {
                producer.send(new ProducerRecord<>(topic, record.getKey().get(), record.getValue()))
                        .get();
            }
        }
    }

    /**
     * True if a read that starts before its position is reached returns the wallet with this position. It may time out
     * on a slow machine; the caller then tries the next position.
     */
    private boolean readWaitsFor(MockMvc http, int entries) throws Exception {
        CompletableFuture<MockHttpServletResponse> read = CompletableFuture.supplyAsync(() -> wallet(http, entries));
        send(payment(700));
        MockHttpServletResponse response = read.get();
        if (response.getStatus() == 503) {
            return false;
        }
        // Two of the release's four entries are of this wallet.
        int version = JsonPath.read(response.getContentAsString(), "$.version");
        int balance = JsonPath.read(response.getContentAsString(), "$.balance");
        assertThat(version).isGreaterThanOrEqualTo(entries - 2);
        assertThat(balance).isEqualTo(11_300 + 700 * (version - 2));
        return true;
    }

    private static MockHttpServletResponse wallet(MockMvc http, int entries) {
        try {
            return http.perform(get("/wallets/seller-a?currency=KRW&position=0:" + entries))
                    .andReturn()
                    .getResponse();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private double gauge(String name, String... tags) {
        return meters.get(name).tags(tags).gauge().value();
    }

    private SettlementStreams settlement() {
        return new SettlementStreams(
                settings(),
                new InterruptibleSerdes(registryIsUnavailable),
                new SettlementMetrics(meters),
                meters,
                Clock.systemUTC(),
                () -> {});
    }

    private SettlementSettings settings() {
        return new SettlementSettings(
                TestBroker.address(),
                URI.create("http://127.0.0.1:9"),
                directory.resolve("state"),
                "127.0.0.1:8081",
                application,
                1,
                1,
                0,
                Duration.ofSeconds(6),
                Duration.ofSeconds(10));
    }

    private MockMvc http(SettlementStreams settlement) {
        Wallets wallets = new Wallets(settlement, new RemoteWallets(), settings());
        return MockMvcBuilders.standaloneSetup(new WalletController(wallets))
                .setControllerAdvice(new ProblemHandler())
                .build();
    }

    private static void awaitRunning(SettlementStreams settlement) {
        await().atMost(PATIENCE).until(() -> settlement.health().state() == State.RUNNING);
    }

    private SettlementRequested payment(long amount) {
        return Requests.of(SettlementKind.PAYMENT, Requests.idAt(Instant.now(), random), amount)
                .build();
    }

    private void send(SettlementRequested request) throws Exception {
        send(Topics.SETTLEMENT_REQUESTS, request.getWalletId(), request);
    }

    private <T extends SpecificRecord> void send(Topic<T> topic, String key, T value) throws Exception {
        send(topic.name(), key, new FixedIdSerdes().of(topic).serializer().serialize(topic.name(), value));
    }

    private void send(String topic, String key, byte[] value) throws Exception {
        producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value))
                .get();
    }

    private int partitionsOf(String topic) throws Exception {
        return admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .partitions()
                .size();
    }

    private long committed(String key) throws Exception {
        TopicPartition partition = new TopicPartition(Topics.SETTLEMENT_REQUESTS.name(), Topic.partitionFor(key, 4));
        var offset = admin.listConsumerGroupOffsets(application)
                .partitionsToOffsetAndMetadata()
                .get()
                .get(partition);
        return offset == null ? 0 : offset.offset();
    }

    private List<LedgerEntry> entries(int count) {
        Deserializer<LedgerEntry> deserializer =
                new FixedIdSerdes().of(Topics.LEDGER_ENTRIES).deserializer();
        return read(Topics.LEDGER_ENTRIES.name(), count).stream()
                .map(bytes -> deserializer.deserialize(Topics.LEDGER_ENTRIES.name(), bytes))
                .toList();
    }

    /** The values of a topic's committed records, as soon as it has at least that many. */
    private List<byte[]> read(String topic, int count) {
        await().atMost(PATIENCE).until(() -> committedValues(topic).size() >= count);
        return committedValues(topic);
    }

    /** Serdes that fail while the registry is unavailable. */
    private record InterruptibleSerdes(AtomicBoolean isUnavailable) implements RecordSerdes {

        @Override
        public <T extends SpecificRecord> Serde<T> of(Topic<T> topic) {
            Serde<T> serde = new FixedIdSerdes().of(topic);
            Deserializer<T> deserializer = (name, bytes) -> {
                if (isUnavailable.get()) {
                    throw new RegistryUnavailableException("The registry is unavailable", null);
                }
                return serde.deserializer().deserialize(name, bytes);
            };
            return Serdes.serdeFrom(serde.serializer(), deserializer);
        }
    }
}
