package dev.jangbu.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jangbu.operator.installation.Installation;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** A marketplace's server: pays orders over HTTP. */
final class PaymentClient implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newBuilder()
            .version(Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final ObjectMapper json = new ObjectMapper();
    private final String base;
    private final String apiKey;

    PaymentClient(Installation stack) {
        this.base = stack.api() + "/payments";
        this.apiKey = stack.apiKey();
    }

    /**
     * Creates and confirms a payment and waits until it is settled.
     *
     * @param order of one seller
     * @return the payment's id
     * @throws BenchException if it isn't COMPLETED within half a minute
     */
    String pay(Order order) throws IOException {
        JsonNode created = post(base, "create-" + order.id(), """
                {"orderId":"%s","currency":"%s","lines":[{"sellerId":"%s","amount":%d,"fee":%d}]}
                """.formatted(
                        order.id(), Batch.CURRENCY, order.seller(), order.amountMinor(), order.feeMinor()));
        String id = created.path("id").asText();
        JsonNode confirmed = post(
                base + "/" + id + "/confirm",
                "confirm-" + order.id(),
                "{\"paymentKey\":\"pk_%s\",\"amount\":%d}".formatted(order.id(), order.amountMinor()),
                "Prefer",
                "wait=30");
        if (!confirmed.path("status").asText().equals("COMPLETED")) {
            throw new BenchException("A payment is not COMPLETED: " + confirmed);
        }
        return id;
    }

    /**
     * An order of one line.
     *
     * @param amountMinor minor units
     * @param feeMinor minor units, part of the amount
     */
    record Order(String id, String seller, long amountMinor, long feeMinor) {}

    @Override
    public void close() {
        http.close();
    }

    private JsonNode post(String uri, String idempotencyKey, String body, String... headers) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + apiKey)
                .header("Idempotency-Key", idempotencyKey)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
            if (response.statusCode() >= 300) {
                throw new BenchException(
                        "payment-api responded " + response.statusCode() + ": " + json.readTree(response.body()));
            }
            return json.readTree(response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
