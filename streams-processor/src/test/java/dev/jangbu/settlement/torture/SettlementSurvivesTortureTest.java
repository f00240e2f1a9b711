package dev.jangbu.settlement.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.Provision;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.FirstMark;
import dev.jangbu.settlement.metrics.SettlementMetrics;
import dev.jangbu.settlement.runtime.SettlementSettings;
import dev.jangbu.settlement.runtime.SettlementStreams;
import dev.jangbu.testsupport.TemporaryFolder;
import dev.jangbu.testsupport.TestBroker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two instances with standbys, killed and frozen under load, have exactly the output of one undisturbed instance with
 * the same requests: the same entries byte for byte, the same completions, dead letters and wallets.
 */
class SettlementSurvivesTortureTest {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int PARTITIONS = 4;

    // An open transaction of a killed instance outlives its test on the shared broker, with its offsets.
    private final String tortured = "tortured-" + UUID.randomUUID();
    private final String undisturbed = "undisturbed-" + UUID.randomUUID();

    /**
     * @param records the number of requests
     * @param duration the time over which they are sent
     * @param faults the faults injected into the instances, spread over that time
     */
    private record Plan(
            int records, Duration duration, List<Fault> faults, Duration sessionTimeout, Duration transactionTimeout) {}

    private enum Fault {
        KILL,
        FREEZE,
        KILL_BOTH,
        KILL_AND_DELETE_STATE
    }

    private final long seed = Long.getLong("jangbu.seed", 20_261_124L);
    private final Random random = new Random(seed);

    @TempDir(factory = TemporaryFolder.class)
    Path directory;

    private Admin admin;

    @BeforeEach
    void connect() throws Exception {
        TestBroker.reset();
        admin = TestBroker.admin();
        Provision.topics(admin, PARTITIONS, 1);
        FirstMark.publish();
    }

    @AfterEach
    void disconnect() {
        admin.close();
    }

    @Test
    void fewFaults() throws Exception {
        torture(new Plan(
                2_400,
                Duration.ofSeconds(8),
                List.of(Fault.KILL, Fault.FREEZE),
                Duration.ofSeconds(3),
                Duration.ofSeconds(4)));
    }

    @Test
    @Tag("proof")
    void manyFaultsWithProductionTimeouts() throws Exception {
        int faults = Integer.getInteger("jangbu.faults", 40);
        torture(new Plan(
                faults * 4_000,
                Duration.ofSeconds(faults * 12L),
                Stream.generate(() -> Fault.values()[random.nextInt(Fault.values().length)])
                        .limit(faults)
                        .toList(),
                Duration.ofSeconds(6),
                Duration.ofSeconds(10)));
    }

    private void torture(Plan plan) throws Exception {
        System.out.println("seed of the torture: " + seed + " (repeat with -Djangbu.seed=" + seed + ")");
        try (Instance one = new Instance(directory.resolve("one"), settings(plan));
                Instance two = new Instance(directory.resolve("two"), settings(plan));
                LedgerStandIn ledger = new LedgerStandIn(TestBroker.address(), "ledger-of-" + tortured)) {
            List<Instance> instances = List.of(one, two);
            one.start();
            two.start();
            try (RequestFeed feed = new RequestFeed(TestBroker.address(), seed, plan.records(), plan.duration());
                    WalletClient reader = new WalletClient(instances, ledger, seed)) {
                one.awaitReady();
                two.awaitReady();
                for (int fault = 0; fault < plan.faults().size(); fault++) {
                    double due = (fault + 1.0) / (plan.faults().size() + 1);
                    await().atMost(PATIENCE).until(() -> feed.progress() >= due);
                    inject(instances, plan.faults().get(fault), plan);
                }
                await().atMost(plan.duration().plus(PATIENCE)).until(feed::isDone);
                awaitIdle(tortured, ledger);
                one.awaitReady();
                two.awaitReady();
                int answers = reader.answers();
                await().atMost(PATIENCE).until(() -> reader.answers() > answers + 50);
                assertWalletsAnswer(instances);
                reader.close();
                System.out.println(
                        "wallet reads answered: " + reader.answers() + ", unavailable: " + reader.unavailable());
                assertThat(reader.violations()).as("seed %d", seed).isEmpty();
            }
            one.stop();
            two.stop();
        }
        Outputs outputs = Outputs.read(TestBroker.address(), tortured);

        recreateOutputTopics();
        Outputs expected = runUndisturbed();

        System.out.println("tortured: " + outputs + "; undisturbed: " + expected);
        assertThat(expected.entryCount()).isGreaterThan(plan.records() / 3);
        assertThat(expected.deadLetters()).isNotEmpty();
        assertThat(outputs).as("seed %d", seed).usingRecursiveComparison().isEqualTo(expected);
    }

    private void inject(List<Instance> instances, Fault fault, Plan plan) throws Exception {
        Instance instance = instances.get(random.nextInt(2));
        System.out.println("fault: " + fault);
        switch (fault) {
            case KILL -> {
                instance.kill();
                instance.start();
            }
            case KILL_BOTH -> {
                instances.forEach(Instance::kill);
                instances.get(0).start();
                instances.get(1).start();
            }
            case KILL_AND_DELETE_STATE -> {
                instance.kill();
                instance.deleteState();
                instance.start();
            }
            case FREEZE -> {
                instance.freeze();
                // Until the group has removed it and the broker has aborted its transaction.
                long frozenAt = System.nanoTime();
                Duration atLeast = plan.transactionTimeout().plus(plan.sessionTimeout());
                await().atMost(PATIENCE)
                        .until(() -> members() <= 1 && System.nanoTime() - frozenAt > atLeast.toNanos());
                instance.resume();
            }
        }
    }

    private int members() throws Exception {
        return admin.describeConsumerGroups(List.of(tortured))
                .all()
                .get()
                .get(tortured)
                .members()
                .size();
    }

    private void assertWalletsAnswer(List<Instance> instances) throws Exception {
        Map<String, Long> balances =
                Outputs.read(TestBroker.address(), tortured).balances();
        for (Instance instance : instances) {
            for (Map.Entry<String, Long> wallet : balances.entrySet()) {
                String seller = wallet.getKey().substring(0, wallet.getKey().indexOf(':'));
                // A rebalance on a slow machine makes the wallet unavailable for a moment.
                var answer = await().atMost(PATIENCE)
                        .ignoreExceptions()
                        .until(
                                () -> instance.get("/wallets/" + seller + "?currency=KRW"),
                                response -> response.status() == 200);
                assertThat(new ObjectMapper()
                                .readTree(answer.body())
                                .path("balance")
                                .asLong())
                        .as("seed %d, %s", seed, wallet.getKey())
                        .isEqualTo(wallet.getValue());
            }
        }
    }

    /** Runs one instance on all requests again, with empty output topics. */
    private Outputs runUndisturbed() throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        SettlementSettings settings = new SettlementSettings(
                TestBroker.address(),
                URI.create("http://127.0.0.1:9"),
                directory.resolve(undisturbed),
                "127.0.0.1:9",
                undisturbed,
                1,
                1,
                0,
                Duration.ofSeconds(6),
                Duration.ofSeconds(10));
        try (SettlementStreams settlement = new SettlementStreams(
                        settings,
                        new FixedIdSerdes(),
                        new SettlementMetrics(meters),
                        meters,
                        Clock.systemUTC(),
                        () -> {});
                LedgerStandIn ledger = new LedgerStandIn(TestBroker.address(), "ledger-of-" + undisturbed)) {
            settlement.start();
            awaitIdle(undisturbed, ledger);
        }
        return Outputs.read(TestBroker.address(), undisturbed);
    }

    /** Waits until every request is decided, every entry posted, and every complete reference has its completion. */
    private void awaitIdle(String application, LedgerStandIn ledger) {
        await("everything is settled")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(300))
                .until(() -> isIdle(application, ledger));
    }

    private boolean isIdle(String application, LedgerStandIn ledger) throws Exception {
        Map<TopicPartition, Long> committed = committed(application);
        if (!committed.equals(ends())) {
            return false;
        }
        Outputs now = Outputs.read(TestBroker.address(), application);
        return now.entryCount() == ledger.posted() && now.completed() == ledger.completeReferences();
    }

    private Map<TopicPartition, Long> committed(String application) throws Exception {
        return admin.listConsumerGroupOffsets(application).partitionsToOffsetAndMetadata().get().entrySet().stream()
                .filter(offset -> offset.getKey().topic().equals(Topics.SETTLEMENT_REQUESTS.name()))
                .collect(Collectors.toMap(
                        Map.Entry::getKey, offset -> offset.getValue().offset()));
    }

    private Map<TopicPartition, Long> ends() throws Exception {
        Map<TopicPartition, OffsetSpec> latest = IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(Topics.SETTLEMENT_REQUESTS.name(), partition))
                .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
        return admin.listOffsets(latest).all().get().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, end -> end.getValue().offset()));
    }

    private void recreateOutputTopics() throws Exception {
        List<String> outputs = List.of(
                Topics.LEDGER_ENTRIES.name(),
                Topics.LEDGER_POSTINGS.name(),
                Topics.SETTLEMENT_COMPLETIONS.name(),
                Topics.SETTLEMENT_DEAD_LETTERS.name());
        admin.deleteTopics(outputs).all().get();
        await("the output topics are deleted").atMost(PATIENCE).until(() -> admin.listTopics().names().get().stream()
                .noneMatch(outputs::contains));
        Provision.topics(admin, PARTITIONS, 1);
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> admin.describeTopics(
                                        Topics.ALL.stream().map(Topic::name).toList())
                                .allTopicNames()
                                .get()
                                .size()
                        == Topics.ALL.size());
    }

    private List<String> settings(Plan plan) {
        return List.of(
                "--jangbu.kafka=" + TestBroker.address(),
                "--jangbu.application-id=" + tortured,
                "--jangbu.standby-replicas=1",
                "--jangbu.session-timeout=" + plan.sessionTimeout().toMillis() + "ms",
                "--jangbu.transaction-timeout=" + plan.transactionTimeout().toMillis() + "ms");
    }
}
