package dev.jangbu.proving.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The PSP's book against ours. */
final class OneChargePerPayment implements Invariant {

    private static final Set<String> CHARGED = Set.of("APPROVED", "COMPLETED");

    private static final String PAYMENTS = """
            SELECT id, order_id, status, amount, currency, payment_key
              FROM payments
             WHERE payment_key IS NOT NULL
            """;

    @Override
    public int number() {
        return 1;
    }

    @Override
    public String statement() {
        return "At most one charge per payment, and each belongs to one approved payment of that amount";
    }

    @Override
    public void check(Evidence evidence, Breaches breaches) throws IOException, SQLException {
        Map<String, JsonNode> charges = new HashMap<>();
        evidence.charges(charge -> {
            if (charges.put(charge.get("paymentKey").asText(), charge) != null) {
                breaches.add(
                        "the PSP lists the charge %s twice",
                        charge.get("paymentKey").asText());
            }
        });
        evidence.payments(PAYMENTS, row -> {
            String id = row.getString("id");
            String status = row.getString("status");
            JsonNode charge = charges.remove(row.getString("payment_key"));
            if (charge == null) {
                if (CHARGED.contains(status)) {
                    breaches.add("payment %s is %s and was never charged", id, status);
                }
                return;
            }
            if (status.equals("REVIEW")) {
                return;
            }
            if (!CHARGED.contains(status)) {
                breaches.add("payment %s is %s and was charged", id, status);
            }
            if (charge.get("amount").asLong() != row.getLong("amount")
                    || !charge.get("currency").asText().equals(row.getString("currency"))
                    || !charge.get("orderId").asText().equals(row.getString("order_id"))) {
                breaches.add(
                        "payment %s is for %d %s and the PSP charged %s",
                        id, row.getLong("amount"), row.getString("currency"), charge);
            }
        });
        charges.values().forEach(charge -> breaches.add("nobody here knows the charge %s", charge));
    }
}
