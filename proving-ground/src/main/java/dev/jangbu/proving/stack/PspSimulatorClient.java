package dev.jangbu.proving.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jangbu.operator.installation.Installation;
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

/** A client of the PSP simulator's control API: its list of charges, and fault injection. */
public final class PspSimulatorClient implements AutoCloseable {

    private static final int CHARGES_PAGE = 1_000;
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final String base;

    public PspSimulatorClient(Installation stack) {
        this.base = stack.simulator() + "/simulator/";
    }

    /**
     * Receives one charge: {@code {paymentKey, orderId, amount, currency, cancelled, status}}, amounts in minor
     * units.
     */
    @FunctionalInterface
    public interface Charges {
        void read(JsonNode charge) throws IOException;
    }

    /** Passes every charge to a consumer, page by page, in the order in which the charges were made. */
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
     * Sets the rates at which calls misbehave from now on.
     *
     * @param seed selects the calls; the same seed selects the same calls
     * @param perMille calls of 1,000 that show each behaviour; empty switches all faults off
     */
    public void injectFaults(long seed, Map<String, Integer> perMille) throws IOException {
        var body = json.createObjectNode().put("seed", seed);
        var rates = body.putObject("rates");
        perMille.forEach((behaviour, rate) -> rates.put(behaviour, BigDecimal.valueOf(rate, 3)));
        send(request("faults")
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(json.writeValueAsString(body))));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(TIMEOUT);
    }

    private JsonNode send(HttpRequest.Builder builder) throws IOException {
        HttpRequest request = builder.build();
        try {
            HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new IOException("The PSP simulator returned %d for %s: %s"
                        .formatted(
                                response.statusCode(),
                                request.uri(),
                                new String(response.body(), StandardCharsets.UTF_8)));
            }
            return json.readTree(response.body());
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
