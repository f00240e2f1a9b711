package dev.jangbu.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * Client of Kafka Connect's REST interface for the outbox connector. Thread-safe. Every call throws an {@link IOException}
 * if Connect does not answer in time; a refusal is an answer.
 *
 * @see <a href="https://kafka.apache.org/documentation/#connect_rest">Kafka Connect: REST API</a>
 */
public final class ConnectApi {

    /** The connector's name. */
    public static final String CONNECTOR = "outbox";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String url;
    private final Duration timeout;
    private final HttpClient http;

    /**
     * @param connect Connect's base URL
     * @param timeout the limit of each request
     */
    public ConnectApi(URI connect, Duration timeout) {
        this.url = connect + "/connectors/" + CONNECTOR;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    /** @param body a missing node if it is empty */
    public record Response(int status, JsonNode body) {

        public boolean isAccepted() {
            return status < 300;
        }

        /** Whether the connector has this state, in the answer to {@link #status()}. */
        public boolean isConnector(String state) {
            return body.at("/connector/state").asText().equals(state);
        }

        /** Whether the connector's task has this state, in the answer to {@link #status()}. */
        public boolean isTask(String state) {
            return body.at("/tasks/0/state").asText().equals(state);
        }

        /** The WAL position in the answer to {@link #offsets()}, in bytes since 0/0; empty if there is none. */
        public OptionalLong lsn() {
            JsonNode lsn = body.at("/offsets/0/offset/lsn");
            return lsn.isIntegralNumber() ? OptionalLong.of(lsn.longValue()) : OptionalLong.empty();
        }
    }

    public Response config() throws IOException {
        return send("GET", "/config", "");
    }

    public Response configure(JsonNode config) throws IOException {
        return send("PUT", "/config", config.toString());
    }

    public Response status() throws IOException {
        return send("GET", "/status", "");
    }

    /** Stops the connector. Its task may still run when the answer arrives. */
    public Response stop() throws IOException {
        return send("PUT", "/stop", "");
    }

    public Response resume() throws IOException {
        return send("PUT", "/resume", "");
    }

    public Response restartFailed() throws IOException {
        return send("POST", "/restart?includeTasks=true&onlyFailed=true", "");
    }

    public Response offsets() throws IOException {
        return send("GET", "/offsets", "");
    }

    /** Deletes the stored position of the stopped connector. */
    public Response deleteOffsets() throws IOException {
        return send("DELETE", "/offsets", "");
    }

    private Response send(String method, String path, String body) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
            return new Response(response.statusCode(), JSON.readTree(response.body()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(e.toString());
        }
    }

    /** The connector's URL. */
    @Override
    public String toString() {
        return url;
    }
}
