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

/** One instance of the service, as a process of its own on a port of its own. */
final class Instance implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Path directory;
    private final int port;
    private final List<String> settings;
    private final AtomicInteger disturbances = new AtomicInteger();
    private @Nullable Process process;

    Instance(Path directory, List<String> settings) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.settings = settings;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = socket.getLocalPort();
        }
    }

    void start() throws IOException {
        disturbances.incrementAndGet();
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

    /** SIGKILL: nothing is committed, flushed or said. */
    void kill9() {
        disturbances.incrementAndGet();
        running().destroyForcibly().onExit().join();
    }

    /** SIGSTOP: it holds what it has, and answers nobody. */
    void freeze() throws Exception {
        disturbances.incrementAndGet();
        signal("STOP");
    }

    /** SIGCONT: it goes on as if no time had passed. */
    void thaw() throws Exception {
        signal("CONT");
        disturbances.incrementAndGet();
    }

    /** SIGTERM: it leaves in good order. */
    void stop() {
        running().destroy();
        await("it stops").atMost(PATIENCE).until(() -> !running().isAlive());
    }

    /** Deletes its state; it must be dead. */
    void loseDisk() throws IOException {
        if (Files.notExists(directory.resolve("state"))) {
            return; // Killed before it had any.
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

    /** Counts what was done to it: an answer that is missing is excused if this changed meanwhile, or it was not up. */
    int disturbances() {
        return disturbances.get();
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(8))
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
