package dev.jangbu.proving.audit;

import dev.jangbu.contract.Topics;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** From the approved lines over the outbox and the topic to the journals, and back. */
final class SettledOnce implements Invariant {

    private static final String APPROVED_LINES = """
            SELECT p.id, p.currency, l.line_id, l.seller_id, l.amount, l.fee
              FROM payments p
              JOIN payment_lines l ON l.payment_id = p.id
             WHERE p.status IN ('APPROVED', 'COMPLETED')
            """;

    private static final String JOURNALS = """
            SELECT j.settlement_id, j.reference_id, j.wallet_id,
                   coalesce(sum(l.amount) FILTER (WHERE l.side = 'DEBIT'), 0) AS amount,
                   coalesce(sum(l.amount) FILTER (WHERE l.side = 'CREDIT' AND l.account = 'platform:fees'), 0) AS fee
              FROM journals j
              LEFT JOIN lines l USING (settlement_id)
             WHERE j.kind = 'PAYMENT'
             GROUP BY j.settlement_id
            """;

    private record Line(String paymentId, String lineId) {}

    private record Part(String paymentId, String walletId, long amount, long fee) {}

    @Override
    public int number() {
        return 4;
    }

    @Override
    public String statement() {
        return "Each approved line settles once, in one journal, and no journal lacks its outbox row";
    }

    @Override
    public void check(Evidence evidence, Breaches breaches) throws IOException, SQLException {
        Map<Line, Part> unsettled = new HashMap<>();
        evidence.payments(
                APPROVED_LINES,
                row -> unsettled.put(
                        new Line(row.getString("id"), row.getString("line_id")),
                        new Part(
                                row.getString("id"),
                                row.getString("seller_id") + ":" + row.getString("currency"),
                                row.getLong("amount"),
                                row.getLong("fee"))));
        Set<String> outbox = new HashSet<>();
        evidence.payments("SELECT id FROM outbox", row -> outbox.add(row.getString("id")));

        Map<String, Part> requested = new HashMap<>();
        Set<String> unreadable = evidence.topics().read(Topics.SETTLEMENT_REQUESTS, request -> {
            Line line = new Line(request.getReferenceId(), request.getLineId());
            if (requested.containsKey(request.getSettlementId())) {
                return; // Delivered at least once: the desk drops it.
            }
            Part part = unsettled.remove(line);
            if (part == null) {
                breaches.add(
                        "%s settles line %s, which is not approved or was settled before",
                        request.getSettlementId(), line);
                return;
            }
            requested.put(request.getSettlementId(), part);
            if (!outbox.contains(request.getSettlementId())) {
                breaches.add("%s was requested and is not in the outbox", request.getSettlementId());
            }
        });
        unsettled
                .keySet()
                .forEach(line -> breaches.add("the approved line %s was never requested to be settled", line));

        unreadable.removeAll(evidence.topics().deadLetterOrigins());
        unreadable.forEach(origin -> breaches.add("the unreadable record %s is not among the dead letters", origin));

        evidence.ledger(JOURNALS, row -> {
            String settlementId = row.getString("settlement_id");
            Part wanted = requested.remove(settlementId);
            Part posted = new Part(
                    row.getString("reference_id"),
                    row.getString("wallet_id"),
                    row.getLong("amount"),
                    row.getLong("fee"));
            if (wanted == null) {
                breaches.add("journal %s has no request", settlementId);
            } else if (!wanted.equals(posted)) {
                breaches.add("journal %s says %s where the payment says %s", settlementId, posted, wanted);
            }
        });
        requested.keySet().forEach(id -> breaches.add("settlement %s has no journal", id));
    }
}
