package dev.jangbu.proving.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** The payment service provider's own side: what it truly charged, and how it shall misbehave. */
public final class PspSimulator implements AutoCloseable {

    private static final int CHARGES_PAGE = 1_000;
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final String base;

    public PspSimulator(StackAddress stack) {
        this.base = stack.simulator() + "/simulator/";
    }

    /** Looks at a charge: {@code {paymentKey, orderId, amount, currency, cancelled, status}}, amounts in minor units. */
    @FunctionalInterface
    public interface Charges {
        void read(JsonNode charge) throws IOException;
    }

    /** Passes every charge on, page by page, in the order in which they were made. */
    public void charges(Charges charges) throws IOException {
        String after = "";
        while (true) {
            JsonNode page = send(request("charges?limit=" + CHARGES_PAGE
                            + (after.isEmpty() ? "" : "&after=" + URLEncoder.encode(after, StandardCharsets.UTF_8)))
                    .GET());
            for (JsonNode charge : page) {
                charges.read(charge);
            }
            if (page.size() < CHARGES_PAGE) {
                return;
            }
            after = page.get(page.size() - 1).get("paymentKey").asText();
        }
    }

    /**
     * Lets any call misbehave from now on.
     *
     * @param seed for the same seed the same calls misbehave
     * @param perMille of 1,000 calls, how many show each behaviour; empty: none misbehaves
     */
    public void misbehave(long seed, Map<String, Integer> perMille) throws IOException {
        var body = json.createObjectNode().put("seed", seed);
        var rates = body.putObject("rates");
        perMille.forEach((behaviour, rate) -> rates.put(behaviour, BigDecimal.valueOf(rate, 3)));
        send(request("faults")
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(json.writeValueAsString(body))));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(ANSWERS_WITHIN);
    }

    private JsonNode send(HttpRequest.Builder builder) throws IOException {
        HttpRequest request = builder.build();
        try {
            HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
            if (answer.statusCode() != 200) {
                throw new IOException("The PSP simulator answers %d to %s: %s"
                        .formatted(
                                answer.statusCode(), request.uri(), new String(answer.body(), StandardCharsets.UTF_8)));
            }
            return json.readTree(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
