package dev.jangbu.api.testbed;

import static org.awaitility.Awaitility.await;

import dev.jangbu.api.database.PaymentsDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The service as a separate process that a test can kill. It has no Kafka: approvals must not need it. */
public final class ApiProcess implements AutoCloseable {

    private final Path folder = Folders.temporary("test-api");
    private final Path log = folder.resolve("log");
    private final int port = Ports.free();
    private final ChildProcess process;

    /**
     * Starts the process and waits until it accepts payments.
     *
     * @param main the class to start
     */
    public ApiProcess(Class<?> main, PaymentsDatabase database, String... settings) {
        int management = Ports.free();
        List<String> command = new ArrayList<>(List.of(
                ChildProcess.java(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        List<String> arguments = new ArrayList<>(List.of(settings));
        arguments.addAll(List.of("server.port=" + port, "management.server.port=" + management));
        command.addAll(Testbed.arguments(
                database,
                Testbed.registry(),
                "127.0.0.1:1",
                Testbed.psp().url(),
                Testbed.wallets().url(),
                arguments.toArray(String[]::new)));
        process = ChildProcess.start(command, Map.of(), folder, log);
        try {
            awaitReadiness(management);
            Testbed.awaitReady(client());
        } catch (RuntimeException | AssertionError e) {
            process.close();
            throw new AssertionError("The service doesn't start: " + output(), e);
        }
    }

    private void awaitReadiness(int management) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest readiness = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + management + "/actuator/health/readiness"))
                    .build();
            await().atMost(Duration.ofMinutes(3))
                    .pollInterval(Duration.ofMillis(100))
                    .ignoreExceptions()
                    .failFast("The process has ended", () -> !process.isAlive())
                    .until(() -> http.send(readiness, BodyHandlers.discarding()).statusCode() == 200);
        }
    }

    public Client client() {
        return new Client(URI.create("http://127.0.0.1:" + port), Testbed.API_KEY);
    }

    /** The output of the process. */
    public String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return "The log can't be read: " + e;
        }
    }

    /** Kills the process with SIGKILL and waits for its end. */
    public void kill() {
        process.close();
    }

    @Override
    public void close() {
        kill();
        Folders.delete(folder);
    }
}
