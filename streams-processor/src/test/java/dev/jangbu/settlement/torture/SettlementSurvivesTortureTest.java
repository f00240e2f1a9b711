package dev.jangbu.settlement.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.Provision;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.SettlementMetrics;
import dev.jangbu.settlement.runtime.KafkaInThisJvm;
import dev.jangbu.settlement.runtime.Schemas;
import dev.jangbu.settlement.runtime.SettlementProperties;
import dev.jangbu.settlement.runtime.SettlementStreams;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
 * Two instances with standbys, killed and frozen under load, leave exactly what one leaves that nothing disturbs: the same
 * entries byte for byte, the same completions, dead letters and wallets. The undisturbed run reads the same requests.
 */
class SettlementSurvivesTortureTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int PARTITIONS = 4;
    private static final String TORTURED = "tortured";
    private static final String UNDISTURBED = "undisturbed";

    /**
     * @param records how many requests
     * @param over how long they take to come
     * @param blows what is done to the instances, spread over that time
     */
    private record Plan(
            int records, Duration over, List<Blow> blows, Duration sessionTimeout, Duration transactionTimeout) {}

    private enum Blow {
        KILL,
        FREEZE,
        KILL_BOTH,
        KILL_AND_LOSE_DISK
    }

    private final long seed = Long.getLong("jangbu.seed", 20_261_124L);
    private final Random random = new Random(seed);

    @TempDir
    Path directory;

    private KafkaInThisJvm kafka;
    private Admin admin;

    @BeforeEach
    void startKafka() throws Exception {
        kafka = new KafkaInThisJvm(directory.resolve("kafka"));
        admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()));
        Provision.topics(admin, PARTITIONS, 1);
    }

    @AfterEach
    void stopKafka() {
        admin.close();
        kafka.close();
    }

    @Test
    void aFewBlows() throws Exception {
        torture(new Plan(
                2_400,
                Duration.ofSeconds(8),
                List.of(Blow.KILL, Blow.FREEZE),
                Duration.ofMillis(1_500),
                Duration.ofSeconds(2)));
    }

    @Test
    @Tag("proof")
    void manyBlowsWithTheTimeoutsOfProduction() throws Exception {
        int blows = Integer.getInteger("jangbu.blows", 40);
        torture(new Plan(
                blows * 4_000,
                Duration.ofSeconds(blows * 12L),
                Stream.generate(() -> Blow.values()[random.nextInt(Blow.values().length)])
                        .limit(blows)
                        .toList(),
                Duration.ofSeconds(6),
                Duration.ofSeconds(10)));
    }

    private void torture(Plan plan) throws Exception {
        System.out.println("seed of the torture: " + seed + " (repeat with -Djangbu.seed=" + seed + ")");
        try (Instance one = new Instance(directory.resolve("one"), settings(plan));
                Instance two = new Instance(directory.resolve("two"), settings(plan));
                LedgerStandIn ledger = new LedgerStandIn(kafka.bootstrap(), "ledger-of-" + TORTURED)) {
            List<Instance> instances = List.of(one, two);
            one.start();
            two.start();
            try (Feed feed = new Feed(kafka.bootstrap(), seed, plan.records(), plan.over());
                    WalletReader reader = new WalletReader(instances, ledger, seed)) {
                one.awaitReady();
                two.awaitReady();
                for (int blow = 0; blow < plan.blows().size(); blow++) {
                    double due = (blow + 1.0) / (plan.blows().size() + 1);
                    await().atMost(PATIENCE).until(() -> feed.progress() >= due);
                    strike(instances, plan.blows().get(blow), plan);
                }
                await().atMost(plan.over().plus(PATIENCE)).until(feed::isDone);
                awaitIdle(TORTURED, ledger);
                one.awaitReady();
                two.awaitReady();
                int answers = reader.answers();
                await().atMost(PATIENCE).until(() -> reader.answers() > answers + 50);
                assertWalletsAnswer(instances);
                reader.close();
                System.out.println("wallet reads answered: " + reader.answers() + ", refused: " + reader.refusals());
                assertThat(reader.violations()).as("seed %d", seed).isEmpty();
            }
            one.stop();
            two.stop();
        }
        Outputs tortured = Outputs.read(kafka.bootstrap(), TORTURED);

        forgetOutputs();
        Outputs undisturbed = runUndisturbed();

        System.out.println("tortured: " + tortured + "; undisturbed: " + undisturbed);
        assertThat(undisturbed.entryCount()).isGreaterThan(plan.records() / 3);
        assertThat(undisturbed.deadLetters()).isNotEmpty();
        assertThat(tortured).as("seed %d", seed).usingRecursiveComparison().isEqualTo(undisturbed);
    }

    private void strike(List<Instance> instances, Blow blow, Plan plan) throws Exception {
        Instance instance = instances.get(random.nextInt(2));
        System.out.println("blow: " + blow);
        switch (blow) {
            case KILL -> {
                instance.kill9();
                instance.start();
            }
            case KILL_BOTH -> {
                instances.forEach(Instance::kill9);
                instances.get(0).start();
                instances.get(1).start();
            }
            case KILL_AND_LOSE_DISK -> {
                instance.kill9();
                instance.loseDisk();
                instance.start();
            }
            case FREEZE -> {
                instance.freeze();
                // Until the group has buried it, and the broker has aborted what it had begun.
                long frozenAt = System.nanoTime();
                Duration atLeast = plan.transactionTimeout().plus(plan.sessionTimeout());
                await().atMost(PATIENCE)
                        .until(() -> members() <= 1 && System.nanoTime() - frozenAt > atLeast.toNanos());
                instance.thaw();
            }
        }
    }

    private int members() throws Exception {
        return admin.describeConsumerGroups(List.of(TORTURED))
                .all()
                .get()
                .get(TORTURED)
                .members()
                .size();
    }

    private void assertWalletsAnswer(List<Instance> instances) throws Exception {
        Map<String, Long> balances = Outputs.read(kafka.bootstrap(), TORTURED).balances();
        for (Instance instance : instances) {
            for (Map.Entry<String, Long> wallet : balances.entrySet()) {
                String seller = wallet.getKey().substring(0, wallet.getKey().indexOf(':'));
                var answer = instance.get("/wallets/" + seller + "?currency=KRW");
                assertThat(answer.statusCode()).as("%s", answer.body()).isEqualTo(200);
                assertThat(new ObjectMapper()
                                .readTree(answer.body())
                                .path("balance")
                                .asLong())
                        .as("seed %d, %s", seed, wallet.getKey())
                        .isEqualTo(wallet.getValue());
            }
        }
    }

    /** The whole of the requests once more, by one instance, to an empty book. */
    private Outputs runUndisturbed() throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        SettlementProperties properties = new SettlementProperties(
                kafka.bootstrap(),
                URI.create("http://127.0.0.1:9"),
                directory.resolve(UNDISTURBED),
                "127.0.0.1:9",
                UNDISTURBED,
                1,
                1,
                0,
                Duration.ofSeconds(6),
                Duration.ofSeconds(10));
        try (SettlementStreams settlement = new SettlementStreams(
                        properties,
                        new Schemas(new FixedIdSerdes(), () -> {}),
                        new SettlementMetrics(meters),
                        meters,
                        Clock.systemUTC(),
                        () -> {});
                LedgerStandIn ledger = new LedgerStandIn(kafka.bootstrap(), "ledger-of-" + UNDISTURBED)) {
            settlement.start();
            awaitIdle(UNDISTURBED, ledger);
        }
        return Outputs.read(kafka.bootstrap(), UNDISTURBED);
    }

    /** Every request decided, every entry posted, every complete reference said to be so. */
    private void awaitIdle(String application, LedgerStandIn ledger) {
        await("all is settled")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(300))
                .until(() -> isIdle(application, ledger));
    }

    private boolean isIdle(String application, LedgerStandIn ledger) throws Exception {
        Map<TopicPartition, Long> committed = committed(application);
        if (!committed.equals(ends())) {
            return false;
        }
        Outputs now = Outputs.read(kafka.bootstrap(), application);
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

    private void forgetOutputs() throws Exception {
        List<String> outputs = List.of(
                Topics.LEDGER_ENTRIES.name(),
                Topics.LEDGER_POSTINGS.name(),
                Topics.SETTLEMENT_COMPLETIONS.name(),
                Topics.SETTLEMENT_DEAD_LETTERS.name());
        admin.deleteTopics(outputs).all().get();
        await().atMost(PATIENCE)
                .until(() -> admin.listTopics().names().get().stream().noneMatch(outputs::contains));
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
                "--jangbu.kafka=" + kafka.bootstrap(),
                "--jangbu.application-id=" + TORTURED,
                "--jangbu.standby-replicas=1",
                "--jangbu.session-timeout=" + plan.sessionTimeout().toMillis() + "ms",
                "--jangbu.transaction-timeout=" + plan.transactionTimeout().toMillis() + "ms");
    }
}
