package dev.jangbu.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The outbox connector, over Connect's REST interface. */
final class Connector implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final String url;

    Connector(String connect) {
        this.url = connect + "/connectors/outbox";
    }

    ObjectNode config() throws IOException, InterruptedException {
        return (ObjectNode) send("GET", "/config", "");
    }

    /** Has it run with this configuration, and returns when it does. */
    void configure(ObjectNode config) throws IOException, InterruptedException {
        send("PUT", "/config", json.writeValueAsString(config));
        await("RUNNING");
    }

    /** A configuration with Debezium's and Kafka's own intervals instead of ours. */
    static ObjectNode withDefaultIntervals(ObjectNode ours) {
        ObjectNode theirs = ours.deepCopy();
        theirs.remove(List.of("poll.interval.ms", "producer.override.linger.ms"));
        return theirs;
    }

    /** Ends its task: nothing reads the slot any more. */
    void stop() throws IOException, InterruptedException {
        send("PUT", "/stop", "");
        await("STOPPED");
    }

    /** Starts a task; returns before it reads. */
    void resume() throws IOException, InterruptedException {
        send("PUT", "/resume", "");
    }

    /** Returns when the task runs. */
    void awaitRunning() throws IOException, InterruptedException {
        await("RUNNING");
    }

    @Override
    public void close() {
        http.close();
    }

    private void await(String state) throws IOException, InterruptedException {
        long began = System.nanoTime();
        JsonNode status = send("GET", "/status", "");
        while (!isIn(status, state)) {
            if (System.nanoTime() - began > LIMIT.toNanos()) {
                throw new BenchException("The connector isn't " + state + " but: " + status);
            }
            Thread.sleep(50);
            status = send("GET", "/status", "");
        }
    }

    private static boolean isIn(JsonNode status, String state) {
        JsonNode tasks = status.path("tasks");
        return status.at("/connector/state").asText().equals(state)
                && (state.equals("STOPPED")
                        ? tasks.isEmpty()
                        : tasks.size() == 1
                                && tasks.path(0).path("state").asText().equals(state));
    }

    private JsonNode send(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(LIMIT)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        for (int again = 0; answer.statusCode() == 409 && again < 100; again++) {
            // It rebalances.
            Thread.sleep(100);
            answer = http.send(request, BodyHandlers.ofString());
        }
        if (answer.statusCode() >= 300) {
            throw new BenchException(
                    "Connect answered %s %s with %d: %s".formatted(method, path, answer.statusCode(), answer.body()));
        }
        return answer.body().isEmpty() ? json.valueToTree(Map.of()) : json.readTree(answer.body());
    }
}
