package dev.jangbu.operator.restore;

import dev.jangbu.contract.ConnectApi;
import dev.jangbu.contract.ConnectApi.Response;
import dev.jangbu.operator.console.CommandException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.OptionalLong;

/** The outbox connector. A refusal of Kafka Connect, or no answer, is a {@link CommandException}. */
final class OutboxConnector {

    private static final int NOT_FOUND = 404;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);

    private final ConnectApi connect;

    /** @param connect the base URL of Kafka Connect */
    OutboxConnector(String connect) {
        this.connect = new ConnectApi(URI.create(connect), TIMEOUT);
    }

    /** Whether Connect knows the connector. A lost Kafka has lost its registration too. */
    boolean isRegistered() {
        return answer(connect::status).status() != NOT_FOUND;
    }

    /** Stops the connector and returns when its task has ended. */
    void stop() {
        require(connect::stop);
        long end = System.nanoTime() + TIMEOUT.toNanos();
        while (!isStopped()) {
            if (System.nanoTime() > end) {
                throw new CommandException("The outbox connector at %s does not stop.".formatted(connect));
            }
            pause();
        }
    }

    /** The WAL position that Connect has stored, in bytes since 0/0; empty if there is none. */
    OptionalLong storedLsn() {
        return require(connect::offsets).lsn();
    }

    /** Deletes the stored position of the stopped connector. */
    void deleteOffsets() {
        require(connect::deleteOffsets);
    }

    void resume() {
        require(connect::resume);
    }

    private boolean isStopped() {
        Response status = require(connect::status);
        return status.isConnector("STOPPED") && status.body().path("tasks").isEmpty();
    }

    private interface Call {
        Response send() throws IOException;
    }

    private Response require(Call call) {
        Response answer = answer(call);
        if (!answer.isAccepted()) {
            throw new CommandException(
                    "Kafka Connect at %s refuses: %d %s".formatted(connect, answer.status(), answer.body()));
        }
        return answer;
    }

    private Response answer(Call call) {
        try {
            return call.send();
        } catch (IOException e) {
            throw new CommandException("Kafka Connect at %s does not answer: %s".formatted(connect, e), e);
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
