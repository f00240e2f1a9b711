package dev.jangbu.simulator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The simulator's own calls, which no real provider has: what was truly charged, and which faults to show. Not
 * authenticated.
 */
final class SimulatorCalls {
    private static final int CHARGES_DEFAULT = 100;
    private static final int CHARGES_LIMIT = 1_000;

    private final Book book;
    private final Faults faults;

    SimulatorCalls(Book book, Faults faults) {
        this.book = book;
        this.faults = faults;
    }

    /**
     * {@code GET /simulator/charges?after=&limit=}: charges in the order in which they were made, minor units. {@code
     * after} is the payment key of the last one seen; {@code limit} is 100 if not given, at most 1000.
     */
    HttpReply charges(HttpCall http) {
        String after = http.query().getOrDefault("after", "");
        List<Map<String, Object>> page = new ArrayList<>();
        for (Payment payment : book.charges(after.isEmpty() ? null : after, limit(http.query()))) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("paymentKey", payment.paymentKey());
            json.put("orderId", payment.orderId());
            json.put("amount", payment.amountMinor());
            json.put("currency", payment.currency().name());
            json.put("cancelled", payment.cancelledMinor());
            json.put("status", payment.status().name());
            page.add(json);
        }
        return HttpCall.reply(200, page);
    }

    /** {@code GET /simulator/settlement.csv}: all that was charged and given back, see {@link SettlementFile}. */
    HttpReply settlement() {
        return new HttpReply.Sent(
                200, "text/csv; charset=utf-8", SettlementFile.of(book.charges(null, Integer.MAX_VALUE)));
    }

    HttpReply faults() {
        return HttpCall.reply(200, faults.plan().toJson());
    }

    /** {@code PUT /simulator/faults}: see {@link FaultPlan#parse}. The choice survives a restart of the simulator. */
    HttpReply chooseFaults(HttpCall http) {
        faults.choose(FaultPlan.parse(http.json()));
        return faults();
    }

    /** 200 while the book can be written and read. */
    HttpReply health() {
        return HttpCall.reply(
                200, Map.of("status", "UP", "faults", book.faults().active()));
    }

    private static int limit(Map<String, String> query) {
        String limit = query.getOrDefault("limit", "");
        if (limit.isEmpty()) {
            return CHARGES_DEFAULT;
        }
        if (!limit.matches("[1-9][0-9]{0,3}") || Integer.parseInt(limit) > CHARGES_LIMIT) {
            throw new InvalidRequestException("limit must be 1 to " + CHARGES_LIMIT);
        }
        return Integer.parseInt(limit);
    }
}
