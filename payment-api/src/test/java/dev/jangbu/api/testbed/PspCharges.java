package dev.jangbu.api.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the PSP truly did, from its own book: {@code GET /simulator/charges}. */
public final class PspCharges {

    private static final JsonMapper JSON = new JsonMapper();

    /**
     * A charge.
     *
     * @param amount minor units
     * @param cancelled minor units of it that went back
     */
    public record Charge(String paymentKey, String orderId, long amount, String currency, long cancelled) {}

    /** Of each charge that was seen, the payment key of the one before it: where the book is to be opened. */
    private static final SequencedMap<String, String> BEFORE = new LinkedHashMap<>();

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private PspCharges() {}

    /** The charges whose payment key or order holds the text, as they stand now. */
    public static synchronized List<Charge> charges(String text) {
        List<Charge> found = new ArrayList<>();
        for (Map.Entry<String, String> seen : BEFORE.entrySet()) {
            // A payment key that doesn't hold the text may still be of an order that does: tests never make such.
            if (seen.getKey().contains(text)) {
                found.addAll(page(seen.getValue(), 1));
            }
        }
        for (Charge charge : news()) {
            if (charge.paymentKey().contains(text) || charge.orderId().contains(text)) {
                found.add(charge);
            }
        }
        return found;
    }

    /** The charges that nobody has seen yet. */
    private static List<Charge> news() {
        List<Charge> news = new ArrayList<>();
        List<Charge> page;
        do {
            String last = BEFORE.isEmpty() ? "" : BEFORE.lastEntry().getKey();
            page = page(last, 1_000);
            for (Charge charge : page) {
                BEFORE.put(charge.paymentKey(), last);
                last = charge.paymentKey();
            }
            news.addAll(page);
        } while (page.size() == 1_000);
        return news;
    }

    private static List<Charge> page(String after, int limit) {
        URI address = URI.create(Testbed.simulator() + "/simulator/charges?limit=" + limit + "&after="
                + URLEncoder.encode(after, StandardCharsets.UTF_8));
        try {
            JsonNode page =
                    JSON.readTree(HTTP.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                            .body());
            List<Charge> charges = new ArrayList<>();
            for (JsonNode charge : page) {
                charges.add(new Charge(
                        charge.get("paymentKey").asString(),
                        charge.get("orderId").asString(),
                        charge.get("amount").longValue(),
                        charge.get("currency").asString(),
                        charge.get("cancelled").longValue()));
            }
            return charges;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
