package dev.jangbu.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jangbu.proving.stack.StackAddress;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** A marketplace that has buyers pay over HTTP. */
final class Shop implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newBuilder()
            .version(Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final ObjectMapper json = new ObjectMapper();
    private final String base;
    private final String apiKey;

    Shop(StackAddress stack) {
        this.base = stack.api() + "/payments";
        this.apiKey = stack.apiKey();
    }

    /**
     * A payment, created, confirmed, and awaited until it is settled.
     *
     * @param order of one seller
     * @return its id
     * @throws BenchException if it isn't COMPLETED within half a minute
     */
    String pay(Order order) throws IOException {
        JsonNode created = post(base, "create-" + order.id(), """
                {"orderId":"%s","currency":"%s","lines":[{"sellerId":"%s","amount":%d,"fee":%d}]}
                """.formatted(
                        order.id(), Batch.CURRENCY, order.seller(), order.amount(), order.fee()));
        String id = created.path("id").asText();
        JsonNode confirmed = post(
                base + "/" + id + "/confirm",
                "confirm-" + order.id(),
                "{\"paymentKey\":\"pk_%s\",\"amount\":%d}".formatted(order.id(), order.amount()),
                "Prefer",
                "wait=30");
        if (!confirmed.path("status").asText().equals("COMPLETED")) {
            throw new BenchException("A payment isn't COMPLETED but: " + confirmed);
        }
        return id;
    }

    /**
     * What a buyer pays for.
     *
     * @param amount minor units
     * @param fee minor units of it
     */
    record Order(String id, String seller, long amount, long fee) {}

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
            HttpResponse<byte[]> answer = http.send(request.build(), BodyHandlers.ofByteArray());
            if (answer.statusCode() >= 300) {
                throw new BenchException(
                        "payment-api answered " + answer.statusCode() + ": " + json.readTree(answer.body()));
            }
            return json.readTree(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
