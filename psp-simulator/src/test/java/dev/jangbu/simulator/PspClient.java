package dev.jangbu.simulator;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.jangbu.testsupport.TestHttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A shop's server: sends Toss's requests over real HTTP. */
final class PspClient {
    static final String SECRET = "test_sk_of_the_simulator";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final TestHttpClient http;

    record Reply(int status, String text) {
        JsonNode json() throws IOException {
            return JSON.readTree(text);
        }

        String code() throws IOException {
            return json().path("code").asText();
        }
    }

    PspClient(int port) {
        this(port, Duration.ofSeconds(20));
    }

    PspClient(int port, Duration timeout) {
        http = new TestHttpClient(URI.create("http://127.0.0.1:" + port), timeout);
    }

    Reply confirm(String paymentKey, String orderId, String amount, @Nullable String key) throws IOException {
        String body = "{\"paymentKey\":\"%s\",\"orderId\":\"%s\",\"amount\":%s}".formatted(paymentKey, orderId, amount);
        return call("POST", "/v1/payments/confirm", body, key, SECRET);
    }

    /** A confirm that names its currency. */
    Reply confirmIn(String currency, String paymentKey, String amount) throws IOException {
        String body = "{\"paymentKey\":\"%s\",\"orderId\":\"order-%s\",\"amount\":%s}"
                .formatted(paymentKey, paymentKey, amount);
        return call("POST", "/v1/payments/confirm", body, SECRET, Currency.HEADER, currency);
    }

    Reply cancel(String paymentKey, @Nullable String amount, @Nullable String key) throws IOException {
        String part = amount == null ? "" : ",\"cancelAmount\":" + amount;
        return call(
                "POST",
                "/v1/payments/" + paymentKey + "/cancel",
                "{\"cancelReason\":\"changed mind\"" + part + "}",
                key,
                SECRET);
    }

    Reply get(String path) throws IOException {
        return call("GET", path, null, null, SECRET);
    }

    Reply put(String path, String body) throws IOException {
        return call("PUT", path, body, null, SECRET);
    }

    Reply call(String method, String path, @Nullable String body, @Nullable String key, String secret)
            throws IOException {
        return call(method, path, body, secret, key == null ? new String[0] : new String[] {"Idempotency-Key", key});
    }

    private Reply call(String method, String path, @Nullable String body, String secret, String... headers)
            throws IOException {
        String credentials = Base64.getEncoder().encodeToString((secret + ":").getBytes(StandardCharsets.UTF_8));
        try {
            TestHttpClient.Response response =
                    http.withHeader("Authorization", "Basic " + credentials).send(method, path, body, headers);
            return new Reply(response.status(), response.body());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
