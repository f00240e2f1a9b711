package dev.jangbu.settlement.torture;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An instance of the service as a process on its own port. */
final class Instance implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final Path directory;
    private final int port;
    private final List<String> settings;
    private final AtomicInteger faults = new AtomicInteger();
    private @Nullable Process process;

    Instance(Path directory, List<String> settings) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.settings = settings;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = socket.getLocalPort();
        }
    }

    void start() throws IOException {
        faults.incrementAndGet();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                InstanceMain.class.getName(),
                "--server.port=" + port,
                "--jangbu.application-server=127.0.0.1:" + port,
                "--jangbu.state-dir=" + directory.resolve("state")));
        command.addAll(settings);
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .start();
    }

    /** SIGKILL: no commit, no flush, no group leave. */
    void kill() {
        faults.incrementAndGet();
        running().destroyForcibly().onExit().join();
    }

    /** SIGSTOP: it keeps its connections and partitions, and does not answer. */
    void freeze() throws Exception {
        faults.incrementAndGet();
        signal("STOP");
    }

    /** SIGCONT. */
    void resume() throws Exception {
        signal("CONT");
        faults.incrementAndGet();
    }

    /** SIGTERM: an orderly shutdown. */
    void stop() {
        running().destroy();
        await("the instance stops").atMost(PATIENCE).until(() -> !running().isAlive());
    }

    /** Deletes the state directory of a killed instance. */
    void deleteState() throws IOException {
        if (Files.notExists(directory.resolve("state"))) {
            return; // Killed before it wrote any.
        }
        try (var files = Files.walk(directory.resolve("state"))) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    void awaitReady() {
        await("instance on port " + port + " is ready")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() -> get("/actuator/health/readiness").statusCode() == 200);
    }

    /** The number of injected faults so far. A missing answer is expected if it changed during the call. */
    int faults() {
        return faults.get();
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException("not started");
        }
        return process;
    }

    private void signal(String name) throws Exception {
        Process kill =
                new ProcessBuilder("kill", "-" + name, Long.toString(running().pid())).start();
        if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new IllegalStateException("kill -" + name + " failed");
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }
}
