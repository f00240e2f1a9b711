package dev.jangbu.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/** The PSP simulator in the tests' JVM, with shorter delays. */
public final class TestSimulator implements AutoCloseable {

    public static final String SECRET = "test_sk_simulator";

    /** Longer than {@code Testbed.SHORT_PSP_TIMEOUT}. */
    private static final Duration HOLD = Duration.ofSeconds(8);

    private static final Duration SLOWNESS = Duration.ofMillis(300);

    private final PspSimulator simulator;

    /** Starts the simulator on a free port; the folder holds its store. */
    public TestSimulator(Path folder) {
        try {
            simulator =
                    PspSimulator.start(0, SECRET, folder, Clock.systemUTC(), new PspSimulator.Delays(SLOWNESS, HOLD));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + simulator.port());
    }

    @Override
    public void close() {
        try {
            simulator.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
