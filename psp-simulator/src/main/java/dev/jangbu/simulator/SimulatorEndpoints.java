package dev.jangbu.simulator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The simulator's own endpoints, absent from a real provider: recorded charges, settlement report, faults, health. Not
 * authenticated.
 */
final class SimulatorEndpoints {
    private static final int CHARGES_DEFAULT = 100;
    private static final int CHARGES_LIMIT = 1_000;

    private final PaymentStore store;
    private final Faults faults;

    SimulatorEndpoints(PaymentStore store, Faults faults) {
        this.store = store;
        this.faults = faults;
    }

    /**
     * {@code GET /simulator/charges?after=&limit=}: charges in the order in which they were made, minor units. {@code
     * after} is the payment key of the last charge of the previous page; {@code limit} is 1 to 1000, default 100.
     */
    HttpReply charges(HttpCall http) {
        String after = http.query().getOrDefault("after", "");
        List<Map<String, Object>> page = new ArrayList<>();
        for (Payment payment : store.charges(after.isEmpty() ? null : after, limit(http.query()))) {
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

    /** {@code GET /simulator/settlement.csv}: all charges and cancels, see {@link SettlementFile}. */
    HttpReply settlement() {
        return new HttpReply.Sent(
                200, "text/csv; charset=utf-8", SettlementFile.of(store.charges(null, Integer.MAX_VALUE)));
    }

    HttpReply faults() {
        return HttpCall.reply(200, faults.plan().toJson());
    }

    /** {@code PUT /simulator/faults}: see {@link FaultPlan#parse}. The plan survives a restart of the simulator. */
    HttpReply setFaultPlan(HttpCall http) {
        faults.activate(FaultPlan.parse(http.json()));
        return faults();
    }

    /** 200 while the store can be written and read. */
    HttpReply health() {
        return HttpCall.reply(
                200, Map.of("status", "UP", "faults", store.faults().active()));
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
