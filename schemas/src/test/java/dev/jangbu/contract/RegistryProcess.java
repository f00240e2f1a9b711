package dev.jangbu.contract;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A registry process with in-memory storage on a free port. */
final class RegistryProcess implements AutoCloseable {

    private final URI url;
    private final Process process;

    RegistryProcess(Path directory) throws IOException {
        int port = freePort();
        url = URI.create("http://127.0.0.1:" + port);
        process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-Dquarkus.http.host=127.0.0.1",
                        "-Dquarkus.http.port=" + port,
                        "-Dquarkus.management.host=127.0.0.1",
                        "-Dquarkus.management.port=" + freePort(),
                        "-jar",
                        Path.of("target", "registry", "quarkus-run.jar")
                                .toAbsolutePath()
                                .toString()))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("registry.log").toFile())
                .start();
    }

    /** Waits until the registry answers, and returns its URL. */
    URI url() {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest subjects = HttpRequest.newBuilder(URI.create(url + "/apis/ccompat/v7/subjects"))
                    .build();
            await().atMost(Duration.ofMinutes(3))
                    .ignoreExceptions()
                    .until(() -> http.send(subjects, BodyHandlers.discarding()).statusCode() == 200);
        }
        return url;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
