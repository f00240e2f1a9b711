package dev.jangbu.proving.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Everything at once, on a stack of its own: customers and sellers who retry, repeat, hang up and race, a PSP that misbehaves, and
 * faults that strike the real processes; whatever was promised is kept.
 */
class TortureIT {

    /** The plan of this seed has every fault that a short run can begin with, and some of them meet. */
    private static final long ALL_THAT_TELLS = 25;

    /** What a run leaves behind is worth reading, also when it passed. */
    private static final Path FOLDER = Path.of("target", "torture");

    @Test
    void whatWasPromisedIsKeptWhateverStrikes() throws Exception {
        Result result = run(Long.getLong("jangbu.seed", ALL_THAT_TELLS), Duration.ofSeconds(40));

        // That Connect dies before it stores its offsets is in the plan too; on a busy machine the moment may not come.
        assertThat(result.faults())
                .containsKeys(
                        "kill -9 streams-processor",
                        "kill -9 ledger-service",
                        "kill -9 payment-api",
                        "orderly restart of postgres",
                        "republish outbox rows",
                        "poison records on settlement.requests");
        assertThat(result.load().cameAgain()).isPositive();
        assertThat(result.load().deadLetters())
                .isEqualTo(result.load().poison())
                .isPositive();
        assertThat(result.load().repeatedCalls()).isPositive();
        assertThat(result.load().lookedUp()).isGreaterThan(result.load().orders());
        assertThat(Path.of(result.log())).content().contains("⚡", "All of them hold.");
        assertThat(Path.of(result.picture())).content().contains("<svg", "streams-processor");
    }

    @Test
    @Tag("proof")
    void whatWasPromisedIsKeptForLong() throws Exception {
        run(
                Long.getLong("jangbu.seed", System.nanoTime()),
                Duration.ofMinutes(Integer.getInteger("jangbu.minutes", 10)));
    }

    private static Result run(long seed, Duration length) throws Exception {
        Path home = Path.of(System.getProperty("jangbu.home", ".."));
        Torture torture =
                new Torture(home, FOLDER, length, 24, false, Clock.systemUTC(), line -> System.out.println(line));
        Result result = torture.run(seed);
        assertThat(result.exitCode())
                .as("seed %d (repeat with -Djangbu.seed=%d): %s", seed, seed, String.join("\n", result.said()))
                .isZero();
        return result;
    }
}
