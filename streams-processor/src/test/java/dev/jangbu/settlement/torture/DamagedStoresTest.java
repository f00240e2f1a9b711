package dev.jangbu.settlement.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.Provision;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.Requests;
import dev.jangbu.settlement.completion.CompletionProcessor;
import dev.jangbu.settlement.metrics.SettlementMetrics;
import dev.jangbu.settlement.runtime.SettlementSettings;
import dev.jangbu.settlement.runtime.SettlementStreams;
import dev.jangbu.settlement.runtime.SettlementStreams.State;
import dev.jangbu.settlement.wallet.WalletProcessor;
import dev.jangbu.testsupport.TemporaryFolder;
import dev.jangbu.testsupport.TestBroker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** Files of the local stores are damaged while the service is stopped or killed. It restores them and continues. */
@Tag("proof")
class DamagedStoresTest {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final List<String> STORES = List.of(
            WalletProcessor.WALLETS,
            WalletProcessor.DECIDED,
            WalletProcessor.REMEMBERED,
            WalletProcessor.PROGRESS,
            CompletionProcessor.POSTED_PARTS);

    private final Random random = new Random(11);
    private final String application = "damaged-" + UUID.randomUUID();
    private final SettlementRequested payout =
            request(SettlementKind.PAYOUT, 100).build();

    @TempDir(factory = TemporaryFolder.class)
    Path directory;

    private Path state;
    private Path stores;
    private Clock clock = Clock.systemUTC();
    private Admin admin;
    private KafkaProducer<byte[], byte[]> producer;

    /** Counts what the service asks of its process. */
    private static final class CountingHost implements SettlementStreams.Host {

        private final AtomicInteger failures = new AtomicInteger();
        private final AtomicInteger restarts = new AtomicInteger();

        @Override
        public void failed() {
            failures.incrementAndGet();
        }

        @Override
        public void restart() {
            restarts.incrementAndGet();
        }
    }

    private interface Damage {
        void to(Path file) throws IOException;
    }

    /** @param isKilled whether the process was killed, so that no offset of the stores was written */
    private record Case(String name, Predicate<Path> files, boolean isKilled, Damage damage) {}

    @BeforeEach
    void fillStores() throws Exception {
        TestBroker.reset();
        admin = TestBroker.admin();
        Provision.topics(admin, 1, 1);
        admin.alterConsumerGroupOffsets(
                        application,
                        Map.of(
                                new TopicPartition(Topics.SETTLEMENT_REQUESTS.name(), 0), new OffsetAndMetadata(0),
                                new TopicPartition(Topics.LEDGER_POSTINGS.name(), 0), new OffsetAndMetadata(0)))
                .all()
                .get();
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", TestBroker.address()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        state = directory.resolve("state");
        stores = state.resolve(application);
        // A reference that lacks a part keeps its state.
        send(request(SettlementKind.PAYMENT, 5_000).setReferenceParts(2).build());
        send(request(SettlementKind.PAYMENT, 10_000).build());
        send(payout);
        try (SettlementStreams settlement = settlement(new CountingHost());
                LedgerStandIn ledger = new LedgerStandIn(TestBroker.address(), "ledger-of-" + application)) {
            settlement.start();
            await().atMost(PATIENCE).until(() -> count(Topics.SETTLEMENT_COMPLETIONS.name()) == 2);
            assertThat(ledger.posted()).isEqualTo(3);
        }
        for (String store : STORES) {
            assertThat(files(path -> isOf(path, store, ".sst"))).as(store).isNotEmpty();
        }
    }

    @AfterEach
    void disconnect() {
        producer.close();
        admin.close();
    }

    @Test
    void everyDamagedFileOfEveryStoreIsReplaced() throws Exception {
        Path snapshot = directory.resolve("snapshot");
        FileSystemUtils.copyRecursively(stores, snapshot);
        List<Case> cases = new ArrayList<>();
        for (String store : STORES) {
            cases.add(new Case("sst", path -> isOf(path, store, ".sst"), true, DamagedStoresTest::flip));
            cases.add(new Case("MANIFEST", path -> isOf(path, store, "MANIFEST-"), true, DamagedStoresTest::flip));
            cases.add(new Case("CURRENT", path -> isOf(path, store, "CURRENT"), false, DamagedStoresTest::flip));
            cases.add(new Case(
                    "CURRENT of a missing file",
                    path -> isOf(path, store, "CURRENT"),
                    true,
                    file -> Files.writeString(file, "MANIFEST-999999\n")));
        }
        for (String task : List.of("0_0", "1_0")) {
            Predicate<Path> checkpoint = path -> path.endsWith(Path.of(task, ".checkpoint"));
            cases.add(new Case("checkpoint", checkpoint, false, DamagedStoresTest::flip));
            cases.add(new Case("empty checkpoint", checkpoint, false, file -> Files.write(file, new byte[0])));
        }
        for (Case each : cases) {
            FileSystemUtils.deleteRecursively(stores);
            FileSystemUtils.copyRecursively(snapshot, stores);
            List<Path> damaged = files(each.files());
            assertThat(damaged).as(each.name()).isNotEmpty();
            for (Path file : damaged) {
                each.damage().to(file);
            }
            if (each.isKilled()) {
                for (Path checkpoint : files(path -> path.endsWith(".checkpoint"))) {
                    Files.delete(checkpoint);
                }
            }
            clock = Clock.offset(clock, Duration.ofMinutes(11));
            System.out.println("damaged: " + damaged);

            CountingHost host = new CountingHost();
            try (SettlementStreams settlement = settlement(host)) {
                settlement.start();
                await(damaged.toString()).atMost(PATIENCE).until(() -> host.restarts.get() == 1);
                assertThat(settlement.health().state()).isEqualTo(State.FAILED);
            }
            assertThat(host.failures).hasValue(0);
            assertSettlesOn();
        }
    }

    @Test
    void aSecondDamageWithinTenMinutesStopsTheService() throws Exception {
        damage("MANIFEST-");
        CountingHost first = new CountingHost();
        try (SettlementStreams settlement = settlement(first)) {
            settlement.start();
            await().atMost(PATIENCE).until(() -> first.restarts.get() == 1);
        }
        assertSettlesOn();

        FileTime wipedAt = Files.getLastModifiedTime(wiped());
        clock = Clock.offset(clock, Duration.ofMinutes(9));
        damage("CURRENT");
        CountingHost second = new CountingHost();
        try (SettlementStreams settlement = settlement(second)) {
            settlement.start();
            await().atMost(PATIENCE).until(() -> second.failures.get() == 1);
            assertThat(settlement.health().state()).isEqualTo(State.FAILED);
            assertThat(settlement.health().detail()).contains("damaged again", stores.toString());
        }
        assertThat(second.restarts).hasValue(0);
        assertThat(Files.getLastModifiedTime(wiped())).isEqualTo(wipedAt);
        assertThat(files(state, path -> path.toString().endsWith(".damaged"))).isEmpty();

        // An operator restarts it later. Kafka Streams may have deleted the store of the failed task.
        if (!files(path -> isOf(path, WalletProcessor.WALLETS, "CURRENT")).isEmpty()) {
            clock = Clock.offset(clock, Duration.ofMinutes(2));
            CountingHost third = new CountingHost();
            try (SettlementStreams settlement = settlement(third)) {
                settlement.start();
                await().atMost(PATIENCE).until(() -> third.restarts.get() == 1);
            }
        }
        assertSettlesOn();
    }

    private Path wiped() {
        return state.resolve(application + ".wiped");
    }

    private void damage(String kind) throws IOException {
        List<Path> damaged = files(path -> isOf(path, WalletProcessor.WALLETS, kind));
        assertThat(damaged).isNotEmpty();
        for (Path file : damaged) {
            flip(file);
        }
    }

    /** The next process: nothing is lost or repeated. */
    private void assertSettlesOn() throws Exception {
        CountingHost host = new CountingHost();
        try (SettlementStreams settlement = settlement(host)) {
            settlement.start();
            await().atMost(PATIENCE).until(() -> settlement.health().state() == State.RUNNING);
            LedgerEntry last = entries().getLast();
            send(payout);
            send(request(SettlementKind.PAYMENT, 1).build());
            await().atMost(PATIENCE).until(() -> entries().getLast().getWalletVersion() > last.getWalletVersion());
            long added = entries().getLast().getWalletVersion() - last.getWalletVersion();
            assertThat(entries().getLast().getBalanceAfter()).isEqualTo(last.getBalanceAfter() + added);
        }
        assertThat(host.restarts).hasValue(0);
        assertThat(host.failures).hasValue(0);
        assertThat(entries()).extracting(LedgerEntry::getSettlementId).doesNotHaveDuplicates();
    }

    private SettlementStreams settlement(SettlementStreams.Host host) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        SettlementSettings settings = new SettlementSettings(
                TestBroker.address(),
                URI.create("http://127.0.0.1:9"),
                state,
                "127.0.0.1:9",
                application,
                1,
                1,
                0,
                Duration.ofSeconds(3),
                Duration.ofSeconds(4));
        return new SettlementStreams(settings, new FixedIdSerdes(), new SettlementMetrics(meters), meters, clock, host);
    }

    private SettlementRequested.Builder request(SettlementKind kind, long amount) {
        return Requests.of(kind, Requests.idAt(Instant.now(), random), amount);
    }

    private void send(SettlementRequested request) throws Exception {
        producer.send(new ProducerRecord<>(
                        Topics.SETTLEMENT_REQUESTS.name(),
                        request.getWalletId().getBytes(StandardCharsets.UTF_8),
                        new FixedIdSerdes()
                                .of(Topics.SETTLEMENT_REQUESTS)
                                .serializer()
                                .serialize(Topics.SETTLEMENT_REQUESTS.name(), request)))
                .get();
    }

    private List<LedgerEntry> entries() {
        Deserializer<LedgerEntry> deserializer =
                new FixedIdSerdes().of(Topics.LEDGER_ENTRIES).deserializer();
        List<LedgerEntry> entries = new ArrayList<>();
        try (CommittedTopic topic = CommittedTopic.open(TestBroker.address(), Topics.LEDGER_ENTRIES)) {
            for (ConsumerRecord<byte[], byte[]> record : topic.records()) {
                entries.add(deserializer.deserialize(record.topic(), record.value()));
            }
        }
        return entries;
    }

    private static long count(String name) {
        AtomicInteger count = new AtomicInteger();
        try (CommittedTopic topic = CommittedTopic.open(TestBroker.address(), name)) {
            topic.records().forEach(record -> count.incrementAndGet());
        }
        return count.get();
    }

    private List<Path> files(Predicate<Path> which) throws IOException {
        return files(stores, which);
    }

    private static List<Path> files(Path folder, Predicate<Path> which) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(which).toList();
        }
    }

    /** @param kind the beginning or the end of the file's name */
    private static boolean isOf(Path path, String store, String kind) {
        String name = path.getFileName().toString();
        return path.getParent().getFileName().toString().equals(store)
                && (name.startsWith(kind) || name.endsWith(kind));
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= 0x5A;
        }
        Files.write(file, bytes);
    }
}
