package dev.jangbu.api.testbed;

import static org.awaitility.Awaitility.await;

import dev.jangbu.contract.Provision;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The schema registry as a separate process, in memory, with the released schemas. */
final class TestRegistry implements AutoCloseable {

    /** Unpacked by the build of {@code schemas}. */
    private static final Path PROGRAM = Path.of("..", "schemas", "target", "registry", "quarkus-run.jar");

    private final URI url = URI.create("http://127.0.0.1:" + Ports.free());
    private final Path folder = Folders.temporary("test-registry");
    private final ChildProcess process;

    /** Starts the process, without waiting until it is ready. */
    TestRegistry() {
        if (!Files.exists(PROGRAM)) {
            throw new IllegalStateException(
                    "The registry is not unpacked: build the module schemas too, mvn -pl payment-api -am");
        }
        process = ChildProcess.start(
                List.of(
                        ChildProcess.java(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dquarkus.http.host=127.0.0.1",
                        "-Dquarkus.http.port=" + url.getPort(),
                        "-Dquarkus.management.host=127.0.0.1",
                        "-Dquarkus.management.port=" + Ports.free(),
                        "-jar",
                        PROGRAM.toAbsolutePath().normalize().toString()),
                Map.of(),
                folder,
                folder.resolve("registry.log"));
    }

    URI url() {
        return url;
    }

    /** Waits until the registry answers, and registers the schemas. */
    void awaitReady() {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest subjects = HttpRequest.newBuilder(URI.create(url + "/apis/ccompat/v7/subjects"))
                    .build();
            await().atMost(Duration.ofMinutes(3))
                    .ignoreExceptions()
                    .until(() -> http.send(subjects, BodyHandlers.discarding()).statusCode() == 200);
        }
        Provision.schemas(url);
    }

    @Override
    public void close() {
        process.close();
        Folders.delete(folder);
    }
}
