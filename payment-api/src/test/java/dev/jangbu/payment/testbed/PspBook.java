package dev.jangbu.payment.testbed;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the PSP truly did, from its own book: {@code GET /simulator/charges}. */
public final class PspBook {

    private static final JsonMapper JSON = new JsonMapper();

    /**
     * A charge.
     *
     * @param amount minor units
     * @param cancelled minor units of it that went back
     */
    public record Charge(String paymentKey, String orderId, long amount, String currency, long cancelled) {}

    private PspBook() {}

    /** The charges whose payment key or order holds the text. */
    public static List<Charge> charges(String text) {
        return all().stream()
                .filter(charge ->
                        charge.paymentKey().contains(text) || charge.orderId().contains(text))
                .toList();
    }

    public static List<Charge> all() {
        List<Charge> all = new ArrayList<>();
        try (HttpClient http = HttpClient.newHttpClient()) {
            String after = "";
            while (true) {
                JsonNode page = JSON.readTree(http.send(
                                HttpRequest.newBuilder(URI.create(
                                                Testbed.simulator() + "/simulator/charges?limit=1000&after=" + after))
                                        .build(),
                                BodyHandlers.ofString())
                        .body());
                for (JsonNode charge : page) {
                    all.add(new Charge(
                            charge.get("paymentKey").asString(),
                            charge.get("orderId").asString(),
                            charge.get("amount").longValue(),
                            charge.get("currency").asString(),
                            charge.get("cancelled").longValue()));
                }
                if (page.size() < 1000) {
                    return all;
                }
                after = all.getLast().paymentKey();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
