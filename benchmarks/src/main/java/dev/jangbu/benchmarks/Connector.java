package dev.jangbu.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jangbu.operator.console.CommandException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/** A client of Connect's REST interface for the outbox connector. */
final class Connector implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int CONFLICT = 409;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final String url;

    Connector(String connect) {
        this.url = connect + "/connectors/outbox";
    }

    ObjectNode config() throws IOException, InterruptedException {
        return (ObjectNode) send("GET", "/config", "");
    }

    /** Applies a configuration and waits until the connector runs. */
    void configure(ObjectNode config) throws IOException, InterruptedException {
        send("PUT", "/config", json.writeValueAsString(config));
        awaitRunning();
    }

    /** A configuration with the default intervals of Debezium and Kafka. */
    static ObjectNode withDefaultIntervals(ObjectNode jangbu) {
        ObjectNode theirs = jangbu.deepCopy();
        theirs.remove(List.of("poll.interval.ms", "producer.override.linger.ms"));
        return theirs;
    }

    /** Stops its task: the replication slot has no reader afterwards. */
    void stop() throws IOException, InterruptedException {
        send("PUT", "/stop", "");
        await("STOPPED", List.of());
    }

    /** Starts a task; returns before it reads. */
    void resume() throws IOException, InterruptedException {
        send("PUT", "/resume", "");
    }

    /** Waits until the task runs. */
    void awaitRunning() throws IOException, InterruptedException {
        await("RUNNING", List.of("RUNNING"));
    }

    @Override
    public void close() {
        http.close();
    }

    private void await(String connector, List<String> tasks) throws IOException, InterruptedException {
        long startedAt = System.nanoTime();
        while (true) {
            JsonNode status = send("GET", "/status", "");
            if (status.at("/connector/state").asText().equals(connector)
                    && status.path("tasks").findValuesAsText("state").equals(tasks)) {
                return;
            }
            if (System.nanoTime() - startedAt > TIMEOUT.toNanos()) {
                throw new CommandException("The connector is not " + connector + ": " + status);
            }
            Thread.sleep(POLL);
        }
    }

    /** Sends a request, again while the worker is rebalancing (409). */
    private JsonNode send(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        for (int retries = 0; response.statusCode() == CONFLICT && retries < 200; retries++) {
            Thread.sleep(POLL);
            response = http.send(request, BodyHandlers.ofString());
        }
        if (response.statusCode() >= 300) {
            throw new CommandException("Connect responded to %s %s with %d: %s"
                    .formatted(method, path, response.statusCode(), response.body()));
        }
        return json.readTree(response.body());
    }
}
