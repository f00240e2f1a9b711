package dev.jangbu.api.continuity;

import dev.jangbu.api.settings.PaymentApiSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The outbox connector, through Kafka Connect's REST interface. An unreachable Connect is logged and never an error.
 *
 * @see <a href="https://kafka.apache.org/documentation/#connect_rest">Kafka Connect: REST API</a>
 */
@Component
class OutboxConnector {

    private static final Logger log = LoggerFactory.getLogger(OutboxConnector.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final URI url;
    private final JsonMapper json;
    private volatile boolean stopped;

    OutboxConnector(PaymentApiSettings settings, JsonMapper json) {
        this.url = URI.create(settings.connect() + "/connectors/outbox/");
        this.json = json;
    }

    /** The WAL position that Connect has stored, in bytes since 0/0; null if there is none or Connect does not answer. */
    @Nullable
    Long storedLsn() {
        HttpResponse<String> response = send("GET", "offsets");
        if (response == null || response.statusCode() != 200) {
            return null;
        }
        try {
            JsonNode lsn = json.readTree(response.body()).at("/offsets/0/offset/lsn");
            return lsn.isIntegralNumber() ? lsn.longValue() : null;
        } catch (JacksonException e) {
            log.warn("Kafka Connect's offsets can't be read: {}", e.getMessage());
            return null;
        }
    }

    /** Stops the connector. Repeat it while the database is closed: Connect may not answer now. */
    void stop() {
        if (!stopped && isDone(send("PUT", "stop"))) {
            stopped = true;
            log.warn("The outbox connector is stopped");
        }
    }

    /** Resumes the connector if this instance has stopped it. Another one's stop is left to whom it belongs. */
    void resume() {
        if (stopped && isDone(send("PUT", "resume"))) {
            stopped = false;
            log.info("The outbox connector is resumed");
        }
    }

    private static boolean isDone(@Nullable HttpResponse<String> response) {
        if (response != null && response.statusCode() >= 300 && response.statusCode() != 404) {
            log.warn("Kafka Connect refuses: {} {}", response.statusCode(), response.body());
        }
        return response != null && response.statusCode() < 300;
    }

    private @Nullable HttpResponse<String> send(String method, String path) {
        try {
            return http.send(
                    HttpRequest.newBuilder(url.resolve(path))
                            .method(method, BodyPublishers.noBody())
                            .timeout(TIMEOUT)
                            .build(),
                    BodyHandlers.ofString());
        } catch (IOException e) {
            log.debug("Kafka Connect at {} does not answer: {}", url, e.toString());
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
