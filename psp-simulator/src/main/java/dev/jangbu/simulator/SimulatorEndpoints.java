package dev.jangbu.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
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
        ArrayNode page = HttpCall.JSON.createArrayNode();
        for (Payment payment : store.charges(http.query().getOrDefault("after", ""), limit(http.query()))) {
            page.addObject()
                    .put("paymentKey", payment.paymentKey())
                    .put("orderId", payment.orderId())
                    .put("amount", payment.amountMinor())
                    .put("currency", payment.currency().code())
                    .put("cancelled", payment.cancelledMinor())
                    .put("status", payment.status().name());
        }
        return HttpReply.json(200, page);
    }

    /** {@code GET /simulator/settlement.csv}: all charges and cancels, see {@link SettlementFile}. */
    HttpReply settlement() {
        List<Payment> charges = new ArrayList<>();
        // A page at a time: other calls do not wait for the whole report.
        for (List<Payment> page = store.charges("", CHARGES_LIMIT); !page.isEmpty(); ) {
            charges.addAll(page);
            page = store.charges(page.getLast().paymentKey(), CHARGES_LIMIT);
        }
        return new HttpReply.Sent(200, "text/csv; charset=utf-8", SettlementFile.of(charges));
    }

    HttpReply faults() {
        return HttpReply.json(200, faults.plan());
    }

    /** {@code PUT /simulator/faults}: see {@link FaultPlan}. The plan survives a restart of the simulator. */
    HttpReply setFaultPlan(HttpCall http) {
        faults.activate(FaultPlan.parse(http.body()));
        return faults();
    }

    /** 200 while the store can be read. */
    HttpReply health() {
        return HttpReply.json(
                200, Map.of("status", "UP", "faults", store.faults().active()));
    }

    private static int limit(Map<String, String> query) {
        String limit = query.getOrDefault("limit", Integer.toString(CHARGES_DEFAULT));
        if (!limit.matches("[1-9][0-9]{0,3}") || Integer.parseInt(limit) > CHARGES_LIMIT) {
            throw new InvalidRequestException("limit must be 1 to " + CHARGES_LIMIT);
        }
        return Integer.parseInt(limit);
    }
}
