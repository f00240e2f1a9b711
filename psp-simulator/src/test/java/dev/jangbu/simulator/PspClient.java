package dev.jangbu.simulator;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A shop's server: sends Toss's requests over real HTTP. */
final class PspClient implements AutoCloseable {
    static final String SECRET = "test_sk_of_the_simulator";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port;
    private final Duration timeout;

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
        this.port = port;
        this.timeout = timeout;
    }

    Reply confirm(String paymentKey, String orderId, String amount, @Nullable String key) throws Exception {
        String body = "{\"paymentKey\":\"%s\",\"orderId\":\"%s\",\"amount\":%s}".formatted(paymentKey, orderId, amount);
        return call("POST", "/v1/payments/confirm", body, key, SECRET);
    }

    Reply cancel(String paymentKey, @Nullable String amount, @Nullable String key) throws Exception {
        String part = amount == null ? "" : ",\"cancelAmount\":" + amount;
        return call(
                "POST",
                "/v1/payments/" + paymentKey + "/cancel",
                "{\"cancelReason\":\"changed mind\"" + part + "}",
                key,
                SECRET);
    }

    Reply get(String path) throws Exception {
        return call("GET", path, null, null, SECRET);
    }

    Reply put(String path, String body) throws Exception {
        return call("PUT", path, body, null, SECRET);
    }

    Reply call(String method, String path, @Nullable String body, @Nullable String key, String secret)
            throws Exception {
        String credentials = Base64.getEncoder().encodeToString((secret + ":").getBytes(StandardCharsets.UTF_8));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(timeout)
                .header("Authorization", "Basic " + credentials)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Reply(response.statusCode(), response.body());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
