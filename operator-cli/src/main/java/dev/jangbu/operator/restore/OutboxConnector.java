package dev.jangbu.operator.restore;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * The outbox connector, through Kafka Connect's REST interface.
 *
 * @see <a href="https://kafka.apache.org/documentation/#connect_rest">Kafka Connect: REST API</a>
 */
final class OutboxConnector {

    private static final int NOT_FOUND = 404;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);

    private final String url;
    private final HttpApi connect;

    /** @param connect the base URL of Kafka Connect */
    OutboxConnector(String connect) {
        this.url = connect + "/connectors/outbox";
        this.connect = new HttpApi(url, "", TIMEOUT);
    }

    /** Whether Connect knows the connector. A lost Kafka has lost its registration too. */
    boolean isRegistered() {
        try {
            return connect.get("/status").status() != NOT_FOUND;
        } catch (IOException e) {
            throw new CommandException("Kafka Connect at %s does not answer: %s".formatted(url, e), e);
        }
    }

    /** Stops the connector and returns when its task has ended. */
    void stop() {
        require(() -> connect.put("/stop", ""));
        long end = System.nanoTime() + TIMEOUT.toNanos();
        while (!isStopped()) {
            if (System.nanoTime() > end) {
                throw new CommandException("The outbox connector at %s does not stop.".formatted(url));
            }
            pause();
        }
    }

    /** The WAL position that Connect has stored, in bytes since 0/0; empty if there is none. */
    OptionalLong storedLsn() {
        JsonNode lsn = require(() -> connect.get("/offsets")).body().at("/offsets/0/offset/lsn");
        return lsn.isIntegralNumber() ? OptionalLong.of(lsn.longValue()) : OptionalLong.empty();
    }

    /** Deletes the stored position of the stopped connector. */
    void deleteOffsets() {
        require(() -> connect.delete("/offsets"));
    }

    void resume() {
        require(() -> connect.put("/resume", ""));
    }

    private boolean isStopped() {
        Response status = require(() -> connect.get("/status"));
        return status.body().at("/connector/state").asText().equals("STOPPED")
                && status.body().path("tasks").isEmpty();
    }

    private interface Request {
        Response send() throws IOException;
    }

    private Response require(Request request) {
        try {
            Response response = request.send();
            if (response.status() >= 300) {
                throw new CommandException(
                        "Kafka Connect at %s refuses: %d %s".formatted(url, response.status(), response.body()));
            }
            return response;
        } catch (IOException e) {
            throw new CommandException("Kafka Connect at %s does not answer: %s".formatted(url, e), e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("Interrupted.", e);
        }
    }
}
