package dev.jangbu.proving.audit;

import java.io.IOException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** What came in against what is owed and earned. */
final class MoneyIsConserved implements Invariant {

    private static final String APPROVED = """
            SELECT p.currency, sum(l.amount - l.refunded_amount) AS amount
              FROM payments p
              JOIN payment_lines l ON l.payment_id = p.id
             WHERE p.status IN ('APPROVED', 'COMPLETED')
             GROUP BY p.currency
            """;

    private static final String CREDITED = """
            SELECT l.currency, sum(CASE l.side WHEN 'CREDIT' THEN l.amount ELSE -l.amount END) AS amount
              FROM lines l
              JOIN journals j USING (settlement_id)
             WHERE j.kind IN ('PAYMENT', 'REFUND')
               AND (l.account LIKE 'seller:%:payable' OR l.account = 'platform:fees')
             GROUP BY l.currency
            """;

    @Override
    public int number() {
        return 9;
    }

    @Override
    public String statement() {
        return "What buyers paid, less what went back, is what sellers are credited with and the platform's fees";
    }

    @Override
    public void check(Evidence evidence, Breaches breaches) throws IOException, SQLException {
        Map<String, Long> credited = new HashMap<>();
        evidence.ledger(CREDITED, row -> credited.put(row.getString("currency"), row.getLong("amount")));
        evidence.payments(APPROVED, row -> {
            Long there = credited.remove(row.getString("currency"));
            if (there == null || there != row.getLong("amount")) {
                breaches.add("%s: %d approved, %s credited", row.getString("currency"), row.getLong("amount"), there);
            }
        });
        credited.forEach((currency, amount) -> breaches.add("%s: nothing approved, %d credited", currency, amount));
    }
}
