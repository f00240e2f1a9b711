package dev.jangbu.proving.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.proving.stack.EphemeralStack;
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

/** Tests that a schedule is reproducible from its seed and complete. */
class FaultScheduleTest {

    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    @Test
    void sameSeedGivesTheSameSchedule() throws IOException {
        assertThat(text(FaultSchedule.of(7, TEN_MINUTES))).isEqualTo(golden());
    }

    @Test
    void differentSeedsGiveDifferentSchedules() {
        assertThat(LongStream.range(0, 200)
                        .mapToObj(seed -> text(FaultSchedule.of(seed, TEN_MINUTES)))
                        .distinct())
                .hasSize(200);
    }

    @Test
    void tenMinutesContainEveryKindOfFault() {
        TreeSet<String> kinds = new TreeSet<>();
        EphemeralStack.PARTS.forEach(part -> kinds.add("kill -9 " + part));
        List.of("payment-api", "streams-processor", "ledger-service", "connect", "kafka", "postgres")
                .forEach(part -> kinds.add("SIGSTOP " + part));
        kinds.addAll(List.of(
                "orderly restart of kafka",
                "orderly restart of postgres",
                "kill -9 connect before it stores its offsets",
                "republish outbox rows",
                "poison records on settlement.requests",
                "storm at the PSP",
                "the PSP is silent",
                "restore a backup of PostgreSQL"));
        for (long seed = 0; seed < 2_000; seed++) {
            assertThat(FaultSchedule.of(seed, TEN_MINUTES).faults().stream()
                            .map(scheduled -> scheduled.fault().kind()))
                    .as("seed %d", seed)
                    .containsAll(kinds);
        }
    }

    @Test
    void everyScheduleHasOverlappingFaults() {
        for (long seed = 0; seed < 2_000; seed++) {
            List<FaultSchedule.ScheduledFault> faults =
                    FaultSchedule.of(seed, TEN_MINUTES).faults();
            long overlaps = 0;
            for (int i = 1; i < faults.size(); i++) {
                if (faults.get(i).after().compareTo(faults.get(i - 1).ends().plusSeconds(5)) < 0) {
                    overlaps++;
                }
            }
            assertThat(overlaps).as("seed %d", seed).isGreaterThan(3);
        }
    }

    @Test
    void aRestoreOverlapsWithNoOtherFault() {
        int restores = 0;
        for (long seed = 0; seed < 2_000; seed++) {
            List<FaultSchedule.ScheduledFault> faults =
                    FaultSchedule.of(seed, Duration.ofMinutes(30)).faults();
            for (FaultSchedule.ScheduledFault restore : faults) {
                if (restore.fault() instanceof Fault.Restored restored) {
                    restores++;
                    assertThat(restored.age()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(20));
                    assertThat(faults)
                            .as("seed %d", seed)
                            .allMatch(other -> other.equals(restore)
                                    || other.ends().compareTo(restore.after()) <= 0
                                    || other.after().compareTo(restore.ends()) > 0);
                }
            }
        }
        assertThat(restores).as("more than one in a long run").isGreaterThan(2 * 2_000);
    }

    @Test
    void everyFaultEndsWithinTheSchedule() {
        for (long seed = 0; seed < 2_000; seed++) {
            assertThat(FaultSchedule.of(seed, TEN_MINUTES).faults())
                    .isSortedAccordingTo((one, other) -> one.after().compareTo(other.after()))
                    .allSatisfy(fault -> assertThat(fault.ends()).isLessThanOrEqualTo(TEN_MINUTES));
        }
    }

    @Test
    void pauseIsLongerThanATransactionTimeout() {
        assertThat(FaultSchedule.of(7, Duration.ofHours(1)).faults())
                .filteredOn(scheduled -> scheduled.fault().kind().startsWith("SIGSTOP"))
                .isNotEmpty()
                .allSatisfy(
                        scheduled -> assertThat(scheduled.fault().duration()).isGreaterThan(Duration.ofSeconds(10)));
    }

    @Test
    void shortScheduleStartsWithPriorityFaults() {
        List<String> priority = List.of(
                "kill -9 streams-processor",
                "kill -9 ledger-service",
                "kill -9 payment-api",
                "kill -9 connect before it stores its offsets",
                "republish outbox rows",
                "poison records on settlement.requests",
                "orderly restart of postgres");
        for (long seed = 0; seed < 200; seed++) {
            assertThat(FaultSchedule.of(seed, Duration.ofMinutes(1)).faults().stream()
                            .limit(5)
                            .map(scheduled -> scheduled.fault().kind()))
                    .as("seed %d", seed)
                    .hasSize(5)
                    .isSubsetOf(priority);
        }
    }

    private static String text(FaultSchedule plan) {
        return plan.faults().stream()
                .map(FaultSchedule.ScheduledFault::toString)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String golden() throws IOException {
        try (InputStream in = FaultScheduleTest.class.getResourceAsStream("fault-schedule-of-seed-7.txt")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
