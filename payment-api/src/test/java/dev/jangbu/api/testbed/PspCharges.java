package dev.jangbu.api.testbed;

import dev.jangbu.testsupport.TestHttpClient;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The charges that the simulator has recorded: {@code GET /simulator/charges}. */
public final class PspCharges {

    private static final JsonMapper JSON = new JsonMapper();

    /**
     * A charge.
     *
     * @param amount minor units
     * @param cancelled minor units that were refunded
     */
    public record Charge(String paymentKey, String orderId, long amount, String currency, long cancelled) {}

    /** The predecessor of each charge read so far, by payment key: the cursor for reading the charge again. */
    private static final SequencedMap<String, String> PREDECESSORS = new LinkedHashMap<>();

    private static final TestHttpClient SIMULATOR = new TestHttpClient(Testbed.simulator());

    private PspCharges() {}

    /** The charges whose payment key or order contains the text, in their present state. */
    public static synchronized List<Charge> matching(String text) {
        List<Charge> found = new ArrayList<>();
        for (Map.Entry<String, String> seen : PREDECESSORS.entrySet()) {
            // Tests use the same text in payment key and order, so the payment key is enough.
            if (seen.getKey().contains(text)) {
                found.addAll(page(seen.getValue(), 1));
            }
        }
        for (Charge charge : unread()) {
            if (charge.paymentKey().contains(text) || charge.orderId().contains(text)) {
                found.add(charge);
            }
        }
        return found;
    }

    /** The charges recorded since the last read. */
    private static List<Charge> unread() {
        List<Charge> unread = new ArrayList<>();
        List<Charge> page;
        do {
            String last = PREDECESSORS.isEmpty() ? "" : PREDECESSORS.lastEntry().getKey();
            page = page(last, 1_000);
            for (Charge charge : page) {
                PREDECESSORS.put(charge.paymentKey(), last);
                last = charge.paymentKey();
            }
            unread.addAll(page);
        } while (page.size() == 1_000);
        return unread;
    }

    private static List<Charge> page(String after, int limit) {
        JsonNode page = JSON.readTree(SIMULATOR
                .get("/simulator/charges?limit=" + limit + "&after=" + URLEncoder.encode(after, StandardCharsets.UTF_8))
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
    }
}
