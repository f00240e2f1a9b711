package dev.jangbu.settlement.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.jayway.jsonpath.JsonPath;
import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.Provision;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.RegistryUnavailableException;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.ReleaseState;
import dev.jangbu.settlement.ReleasedStateTest;
import dev.jangbu.settlement.Requests;
import dev.jangbu.settlement.SettlementMetrics;
import dev.jangbu.settlement.runtime.KafkaInThisJvm;
import dev.jangbu.settlement.runtime.Schemas;
import dev.jangbu.settlement.runtime.SettlementProperties;
import dev.jangbu.settlement.runtime.SettlementStreams;
import dev.jangbu.settlement.runtime.SettlementStreams.State;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;

/** The settlement's whole life on a real broker: waiting, running, an outage, poison, a restart, and wallet reads. */
class SettlementOnKafkaTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String APPLICATION = "jangbu-settlement";

    private final Random random = new Random(7);
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicBoolean registryIsAway = new AtomicBoolean();

    @TempDir
    Path directory;

    private KafkaInThisJvm kafka;
    private Admin admin;
    private KafkaProducer<byte[], byte[]> producer;

    @BeforeEach
    void startKafka() throws Exception {
        kafka = new KafkaInThisJvm(directory.resolve("kafka"));
        admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()));
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrap()), new ByteArraySerializer(), new ByteArraySerializer());
    }

    @AfterEach
    void stopKafka() {
        producer.close();
        admin.close();
        kafka.close();
    }

    @Test
    void waitsThenSettlesThroughAnOutageAndPoisonAndARestart() throws Exception {
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

            // An outage of the registry is waited out; nothing is lost and nothing is taken for poison.
            registryIsAway.set(true);
            send(second);
            await().atMost(PATIENCE).until(() -> settlement.health().state() != State.RUNNING);
            registryIsAway.set(false);
            assertThat(entries(2)).extracting(LedgerEntry::getBalanceAfter).containsExactly(12_000L, 12_500L);

            // The dead letter and the offset behind the poison are committed, though no good record follows.
            byte[] poison = "not in the wire format".getBytes(StandardCharsets.UTF_8);
            send("seller-a:KRW", poison);
            assertThat(read(Topics.SETTLEMENT_DEAD_LETTERS.name(), 1)).containsExactly(poison);
            await().atMost(PATIENCE).until(() -> committed("seller-a:KRW") >= 3);
            awaitRunning(settlement);
        }
        assertThat(admin.describeConsumerGroups(List.of(APPLICATION))
                        .all()
                        .get()
                        .get(APPLICATION)
                        .members())
                .as("left the group")
                .isEmpty();

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
    void walletReads() throws Exception {
        Provision.topics(admin, 4, 1);
        try (SettlementStreams settlement = settlement()) {
            settlement.start();
            awaitRunning(settlement);
            MockMvc http = http(settlement);

            http.perform(get("/wallets/nobody-yet?currency=USD"))
                    .andExpect(status().isOk())
                    .andExpect(content().json("""
                                    {"walletId": "nobody-yet:USD", "sellerId": "nobody-yet", "currency": "USD",
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

    /** A partition that was quiet for months, on a machine without a disk: nothing but the topics is left of it. */
    @Test
    void takesUpWhatTheReleaseLeftInKafkaAndLetsReadersWaitForAPosition() throws Exception {
        Provision.topics(admin, 1, 1);
        writeReleasedChangelogs();
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

            // Rows of then are sent again: those that it remembers are dropped, an older one is set aside.
            send(ReleaseState.payment(ReleaseState.SETTLED, "seller-a", "KRW", 12_000, 600));
            send(ReleaseState.payment(ReleaseState.REPLAYED, "seller-a", "USD", 7, 0));
            send(ReleaseState.payment(
                    Requests.idAt(ReleaseState.NOW.minus(Duration.ofHours(50)), random), "seller-a", "KRW", 5, 0));
            assertThat(read(Topics.SETTLEMENT_DEAD_LETTERS.name(), 1)).hasSize(1);

            // The release counted no entries; the wallets' versions say that there were 4.
            http.perform(get("/wallets/seller-a?currency=KRW&position=0:4"))
                    .andExpect(status().isOk())
                    .andExpect(jsonPath("$.version").value(2));
            http.perform(get("/wallets/seller-a?currency=KRW&position=0:5"))
                    .andExpect(status().isServiceUnavailable())
                    .andExpect(header().string("Retry-After", "1"))
                    .andExpect(jsonPath("$.detail").value("The wallets of book 0 have not reached journal 5 yet"));
            CompletableFuture<Integer> balance = CompletableFuture.supplyAsync(() -> balanceAt(http, "0:5"));
            send(payment(700));
            assertThat(balance.get()).isEqualTo(12_000);
            http.perform(get("/wallets/seller-a?currency=KRW&position=5"))
                    .andExpect(status().isUnprocessableContent())
                    .andExpect(jsonPath("$.errors[0].field").value("position"));

            await().atMost(PATIENCE).until(() -> gauge("jangbu.settlement.lag", "desk", "wallet-desk") == 0);
            assertThat(gauge("jangbu.settlement.commit.latency.max")).isPositive();
            assertThat(meters.get("jangbu.settlement.duplicates").counter().count())
                    .isEqualTo(2);

            settlement.client().orElseThrow().close();
            assertThat(settlement.health().state()).isEqualTo(State.FAILED);
            assertThat(settlement.health().detail()).contains("NOT_RUNNING");
        }
    }

    @Test
    void topicsThatDisagreeAreRefusedLoudly() throws Exception {
        Provision.topics(admin, 4, 1);
        admin.createPartitions(Map.of(Topics.LEDGER_POSTINGS.name(), NewPartitions.increaseTo(5)))
                .all()
                .get();
        // The broker's own view follows the controller's by a moment.
        await().atMost(PATIENCE).until(() -> partitionsOf(Topics.LEDGER_POSTINGS.name()) == 5);
        try (SettlementStreams settlement = settlement()) {
            settlement.start();

            await().atMost(PATIENCE).until(() -> settlement.health().state() == State.FAILED);
            assertThat(settlement.health().detail()).contains("ledger.postings=5");
        }
    }

    @Test
    void aBugStopsTheClientAndHealthSaysSo() throws Exception {
        Provision.topics(admin, 4, 1);
        try (SettlementStreams settlement = settlement()) {
            settlement.start();
            awaitRunning(settlement);

            send(Requests.of(SettlementKind.UNKNOWN, Requests.idAt(Instant.now(), random), 1)
                    .build());

            await().atMost(PATIENCE).until(() -> settlement.health().state() == State.FAILED);
            assertThat(committed("seller-a:KRW")).isZero();
        }
    }

    /** A wallet without its entry would be money that no book knows of. */
    @Test
    void anEntryThatCannotBeWrittenStopsTheDeskAndMovesNoWallet() throws Exception {
        Provision.topics(admin, 4, 1);
        ConfigResource entries = new ConfigResource(ConfigResource.Type.TOPIC, Topics.LEDGER_ENTRIES.name());
        admin.incrementalAlterConfigs(Map.of(
                        entries,
                        List.of(new AlterConfigOp(
                                new ConfigEntry("max.message.bytes", "100"), AlterConfigOp.OpType.SET))))
                .all()
                .get();
        try (SettlementStreams settlement = settlement()) {
            settlement.start();
            awaitRunning(settlement);

            send(payment(500));

            await().atMost(PATIENCE).until(() -> settlement.health().state() == State.FAILED);
            assertThat(settlement.health().detail()).contains("RecordTooLarge");
            assertThat(committed("seller-a:KRW")).isZero();
        }
        assertThat(committedRecords(APPLICATION + "-wallets-changelog"))
                .as("committed wallets")
                .isZero();
    }

    /** How many committed records a topic has. */
    private long committedRecords(String topic) {
        List<byte[]> values = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of(
                        "bootstrap.servers",
                        kafka.bootstrap(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(50)).forEach(record -> values.add(record.value()));
                return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
            });
        }
        return values.size();
    }

    private void writeReleasedChangelogs() throws Exception {
        for (var store : ReleasedStateTest.changelogs(Path.of("src", "test", "resources", "released", "1"))
                .entrySet()) {
            String topic = APPLICATION + "-" + store.getKey() + "-changelog";
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(Map.of("cleanup.policy", "compact"))))
                    .all()
                    .get();
            for (var record : store.getValue().entrySet()) {
                producer.send(new ProducerRecord<>(topic, record.getKey().get(), record.getValue()))
                        .get();
            }
        }
    }

    private static int balanceAt(MockMvc http, String position) {
        try {
            String answer = http.perform(get("/wallets/seller-a?currency=KRW&position=" + position))
                    .andExpect(status().isOk())
                    .andReturn()
                    .getResponse()
                    .getContentAsString();
            return JsonPath.read(answer, "$.balance");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private double gauge(String name, String... tags) {
        return meters.get(name).tags(tags).gauge().value();
    }

    private SettlementStreams settlement() {
        return new SettlementStreams(
                properties(),
                new Schemas(new RegistryOfTheTest(registryIsAway), () -> {}),
                new SettlementMetrics(meters),
                meters,
                Clock.systemUTC(),
                () -> {});
    }

    private SettlementProperties properties() {
        return new SettlementProperties(
                kafka.bootstrap(),
                URI.create("http://127.0.0.1:9"),
                directory.resolve("state"),
                "127.0.0.1:8081",
                APPLICATION,
                1,
                1,
                0,
                Duration.ofSeconds(6),
                Duration.ofSeconds(10));
    }

    private MockMvc http(SettlementStreams settlement) {
        Wallets wallets = new Wallets(settlement, new OtherInstances(), properties());
        return MockMvcBuilders.standaloneSetup(new WalletController(wallets))
                .setControllerAdvice(new Problems())
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
        send(
                request.getWalletId(),
                new FixedIdSerdes()
                        .of(Topics.SETTLEMENT_REQUESTS)
                        .serializer()
                        .serialize(Topics.SETTLEMENT_REQUESTS.name(), request));
    }

    private void send(String key, byte[] value) throws Exception {
        producer.send(new ProducerRecord<>(
                        Topics.SETTLEMENT_REQUESTS.name(), key.getBytes(StandardCharsets.UTF_8), value))
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
        var offset = admin.listConsumerGroupOffsets(APPLICATION)
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

    /** The committed records of a topic, as soon as there are that many. */
    private List<byte[]> read(String topic, int count) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", kafka.bootstrap(), ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        List<byte[]> values = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
                return values.size() >= count;
            });
        }
        return values;
    }

    /** Serdes whose registry can be taken away. */
    private record RegistryOfTheTest(AtomicBoolean isAway) implements RecordSerdes {

        @Override
        public <T extends SpecificRecord> Serde<T> of(Topic<T> topic) {
            Serde<T> serde = new FixedIdSerdes().of(topic);
            Deserializer<T> deserializer = (name, bytes) -> {
                if (isAway.get()) {
                    throw new RegistryUnavailableException("The registry is away", null);
                }
                return serde.deserializer().deserialize(name, bytes);
            };
            return Serdes.serdeFrom(serde.serializer(), deserializer);
        }
    }
}
