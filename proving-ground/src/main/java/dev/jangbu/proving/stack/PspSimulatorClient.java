package dev.jangbu.proving.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.operator.installation.Installation;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A client of the PSP simulator's control API: its list of charges, and fault injection. */
public final class PspSimulatorClient implements AutoCloseable {

    private static final int CHARGES_PAGE = 1_000;

    private final HttpApi http;

    public PspSimulatorClient(Installation stack) {
        this.http = new HttpApi(stack.simulator() + "/simulator", "");
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
            JsonNode page = ok(http.get("/charges?limit=" + CHARGES_PAGE + after));
            for (JsonNode charge : page) {
                charges.read(charge);
            }
            if (page.size() < CHARGES_PAGE) {
                return;
            }
            String last = page.get(page.size() - 1).get("paymentKey").asText();
            after = "&after=" + URLEncoder.encode(last, StandardCharsets.UTF_8);
        }
    }

    /**
     * Sets the rates at which calls misbehave from now on.
     *
     * @param seed selects the calls; the same seed selects the same calls
     * @param perMille calls of 1,000 that show each behaviour; empty switches all faults off
     */
    public void injectFaults(long seed, Map<String, Integer> perMille) throws IOException {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("seed", seed);
        ObjectNode rates = body.putObject("rates");
        perMille.forEach((behaviour, rate) -> rates.put(behaviour, BigDecimal.valueOf(rate, 3)));
        ok(http.put("/faults", body.toString()));
    }

    private static JsonNode ok(Response response) throws IOException {
        if (response.status() != 200) {
            throw new IOException("The PSP simulator returned " + response);
        }
        return response.body();
    }

    @Override
    public void close() {
        http.close();
    }
}
