package dev.jangbu.proving.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A short torture run on a stack of its own: clients that retry, repeat, disconnect and run concurrently, a faulty PSP,
 * and faults of real processes. All acknowledged answers and invariants hold.
 */
class TortureIT {

    /** The schedule of this seed has all priority faults, and some of them overlap. */
    private static final long SEED = 26;

    /** Logs and reports are kept, also of passed runs. */
    private static final Path FOLDER = Path.of("target", "torture");

    @Test
    void acknowledgedAnswersHoldUnderFaults() throws Exception {
        RunResult result = run(Long.getLong("jangbu.seed", SEED), Duration.ofSeconds(40));

        // "kill -9 connect before it stores its offsets" is scheduled too, but is skipped if its moment does not come.
        assertThat(result.faults())
                .containsKeys(
                        "kill -9 streams-processor",
                        "kill -9 ledger-service",
                        "kill -9 payment-api",
                        "orderly restart of postgres",
                        "republish outbox rows",
                        "poison records on settlement.requests");
        assertThat(result.load().duplicates()).isPositive();
        assertThat(result.load().deadLetters())
                .isEqualTo(result.load().poison())
                .isPositive();
        assertThat(result.load().repeatedCalls()).isPositive();
        assertThat(result.load().checked()).isGreaterThan(result.load().orders());
        assertThat(Path.of(result.log())).content().contains("⚡", "✓ audit --deep: all invariants hold");
        assertThat(Path.of(result.report())).content().contains("data:image/png", "kill -9 streams-processor");
    }

    @Test
    @Tag("proof")
    void acknowledgedAnswersHoldUnderFaultsForALongTime() throws Exception {
        run(
                Long.getLong("jangbu.seed", System.nanoTime()),
                Duration.ofMinutes(Integer.getInteger("jangbu.minutes", 10)));
    }

    private static RunResult run(long seed, Duration length) throws Exception {
        Path home = Path.of(System.getProperty("jangbu.home", ".."));
        Torture torture =
                new Torture(home, FOLDER, length, 24, false, Clock.systemUTC(), line -> System.out.println(line));
        RunResult result = torture.run(seed);
        assertThat(result.exitCode())
                .as("seed %d (repeat with -Djangbu.seed=%d): %s", seed, seed, String.join("\n", result.verdicts()))
                .isZero();
        return result;
    }
}
