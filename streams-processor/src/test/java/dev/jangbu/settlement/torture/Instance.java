package dev.jangbu.settlement.torture;

import static org.awaitility.Awaitility.await;

import dev.jangbu.testsupport.ChildProcess;
import dev.jangbu.testsupport.FreePorts;
import dev.jangbu.testsupport.TemporaryFolder;
import dev.jangbu.testsupport.TestHttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An instance of the service as a process on its own port. */
final class Instance implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Path directory;
    private final List<String> arguments;
    private final TestHttpClient http;
    private final AtomicInteger faults = new AtomicInteger();
    private @Nullable ChildProcess process;

    Instance(Path directory, List<String> settings) throws IOException {
        this.directory = Files.createDirectories(directory);
        int port = FreePorts.next();
        arguments = new ArrayList<>(List.of(
                "--server.port=" + port,
                "--jangbu.application-server=127.0.0.1:" + port,
                "--jangbu.state-dir=" + state()));
        arguments.addAll(settings);
        http = new TestHttpClient(URI.create("http://127.0.0.1:" + port), Duration.ofSeconds(30));
    }

    void start() {
        faults.incrementAndGet();
        process = ChildProcess.startJava(InstanceMain.class, directory.resolve("log"), List.of("-Xmx192m"), arguments);
    }

    /** SIGKILL: no commit, no flush, no group leave. */
    void kill() {
        faults.incrementAndGet();
        running().kill();
    }

    /** SIGSTOP: it keeps its connections and partitions, and does not answer. */
    void freeze() {
        faults.incrementAndGet();
        running().pause();
    }

    /** SIGCONT. */
    void resume() {
        running().resume();
        faults.incrementAndGet();
    }

    /** SIGTERM: an orderly shutdown. */
    void stop() {
        running().stop();
    }

    /** The state directory. */
    Path state() {
        return directory.resolve("state");
    }

    /** Deletes the state directory of a killed instance. */
    void deleteState() {
        TemporaryFolder.delete(state());
    }

    /** Waits until the process ends by itself. Returns its exit code. */
    int awaitExit() {
        await().atMost(PATIENCE).until(() -> !running().isAlive());
        return running().exitCode();
    }

    String output() {
        return running().output();
    }

    void awaitReady() {
        await(http.base() + " is ready")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() -> get("/actuator/health/readiness").status() == 200);
    }

    /** The number of injected faults so far. A missing answer is expected if it changed during the call. */
    int faults() {
        return faults.get();
    }

    TestHttpClient.Response get(String path) throws IOException {
        try {
            return http.get(path);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private ChildProcess running() {
        return Objects.requireNonNull(process, "not started");
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }
}
