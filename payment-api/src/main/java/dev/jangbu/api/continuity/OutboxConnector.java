package dev.jangbu.api.continuity;

import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.ConnectApi;
import dev.jangbu.contract.ConnectApi.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The outbox connector. An unreachable Connect is logged and never an error. */
@Component
class OutboxConnector {

    private static final Logger log = LoggerFactory.getLogger(OutboxConnector.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final ConnectApi connect;
    private volatile boolean stopped;

    OutboxConnector(PaymentApiSettings settings) {
        this.connect = new ConnectApi(settings.connect(), TIMEOUT);
    }

    /** The WAL position that Connect has stored, in bytes since 0/0; null if there is none or Connect does not answer. */
    @Nullable
    Long storedLsn() {
        return send(connect::offsets)
                .filter(answer -> answer.lsn().isPresent())
                .map(answer -> answer.lsn().getAsLong())
                .orElse(null);
    }

    /** Stops the connector. Repeat it while the database is closed: Connect may not answer now. */
    void stop() {
        if (!stopped && send(connect::stop).isPresent()) {
            stopped = true;
            log.warn("The outbox connector is stopped");
        }
    }

    /** Resumes the connector if this instance has stopped it. Another one's stop is left to whom it belongs. */
    void resume() {
        if (stopped && send(connect::resume).isPresent()) {
            stopped = false;
            log.info("The outbox connector is resumed");
        }
    }

    private interface Call {
        Response send() throws IOException;
    }

    /** Connect's answer if it accepts. */
    private Optional<Response> send(Call call) {
        try {
            Response answer = call.send();
            if (!answer.isAccepted() && answer.status() != 404) {
                log.warn("Kafka Connect refuses: {} {}", answer.status(), answer.body());
            }
            return Optional.of(answer).filter(Response::isAccepted);
        } catch (IOException e) {
            log.debug("Kafka Connect at {} does not answer: {}", connect, e.toString());
            return Optional.empty();
        }
    }
}
