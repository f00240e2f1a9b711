package dev.jangbu.proving.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.proving.stack.OwnStack;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The plan is what makes a run repeatable: it must be the same for a seed, and leave nothing out. */
class PlanTest {

    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    @Test
    void theSameSeedGivesTheSamePlan() throws IOException {
        assertThat(text(Plan.of(7, TEN_MINUTES))).isEqualTo(golden());
    }

    @Test
    void anotherSeedGivesAnother() {
        assertThat(LongStream.range(0, 200)
                        .mapToObj(seed -> text(Plan.of(seed, TEN_MINUTES)))
                        .distinct())
                .hasSize(200);
    }

    @Test
    void tenMinutesHoldEveryKindOfFault() {
        TreeSet<String> kinds = new TreeSet<>();
        OwnStack.PARTS.forEach(part -> kinds.add("kill -9 " + part));
        List.of("payment-api", "streams-processor", "ledger-service", "connect", "kafka", "postgres")
                .forEach(part -> kinds.add("SIGSTOP " + part));
        kinds.addAll(List.of(
                "orderly restart of kafka",
                "orderly restart of postgres",
                "kill -9 connect before it stores its offsets",
                "republish outbox rows",
                "poison records on settlement.requests",
                "storm at the PSP",
                "the PSP is silent"));
        for (long seed = 0; seed < 2_000; seed++) {
            assertThat(Plan.of(seed, TEN_MINUTES).strikes().stream()
                            .map(strike -> strike.fault().kind()))
                    .as("seed %d", seed)
                    .containsAll(kinds);
        }
    }

    @Test
    void everyPlanHasFaultsThatMeet() {
        for (long seed = 0; seed < 2_000; seed++) {
            List<Plan.Strike> strikes = Plan.of(seed, TEN_MINUTES).strikes();
            long meetings = 0;
            for (int i = 1; i < strikes.size(); i++) {
                if (strikes.get(i).after().compareTo(strikes.get(i - 1).ends().plusSeconds(5)) < 0) {
                    meetings++;
                }
            }
            assertThat(meetings).as("seed %d", seed).isGreaterThan(3);
        }
    }

    @Test
    void everyFaultIsOverWhenThePlanIs() {
        for (long seed = 0; seed < 2_000; seed++) {
            assertThat(Plan.of(seed, TEN_MINUTES).strikes())
                    .isSortedAccordingTo((one, other) -> one.after().compareTo(other.after()))
                    .allSatisfy(strike -> assertThat(strike.ends()).isLessThanOrEqualTo(TEN_MINUTES));
        }
    }

    @Test
    void aStandstillIsLongerThanATransactionMayLast() {
        assertThat(Plan.of(7, Duration.ofHours(1)).strikes())
                .filteredOn(strike -> strike.fault() instanceof Fault.Paused)
                .isNotEmpty()
                .allSatisfy(strike -> assertThat(strike.fault().lasts()).isGreaterThan(Duration.ofSeconds(10)));
    }

    @Test
    void aMinuteBeginsWithWhatTellsMost() {
        List<String> telling = List.of(
                "kill -9 streams-processor",
                "kill -9 ledger-service",
                "kill -9 payment-api",
                "kill -9 connect before it stores its offsets",
                "republish outbox rows",
                "poison records on settlement.requests",
                "orderly restart of postgres");
        for (long seed = 0; seed < 200; seed++) {
            assertThat(Plan.of(seed, Duration.ofMinutes(1)).strikes().stream()
                            .limit(5)
                            .map(strike -> strike.fault().kind()))
                    .as("seed %d", seed)
                    .hasSize(5)
                    .isSubsetOf(telling);
        }
    }

    private static String text(Plan plan) {
        return plan.strikes().stream().map(Plan.Strike::toString).collect(Collectors.joining("\n", "", "\n"));
    }

    private static String golden() throws IOException {
        try (InputStream in = PlanTest.class.getResourceAsStream("plan-of-seed-7.txt")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
