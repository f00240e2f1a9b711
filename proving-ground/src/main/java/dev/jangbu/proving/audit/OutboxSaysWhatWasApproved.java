package dev.jangbu.proving.audit;

import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import dev.jangbu.proving.facts.Merge;
import dev.jangbu.proving.facts.Said;
import dev.jangbu.proving.facts.SortedFacts;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.stream.Collectors;

/**
 * What was approved and what is to be settled are written in one transaction, so that they agree at any time: a row in the outbox
 * for each line, and in it just what the line says.
 */
final class OutboxSaysWhatWasApproved implements Invariant {

    /** In the words of a request; with the time from which on its row is kept. */
    private static final String APPROVED = """
            SELECT key, text FROM (
                SELECT p.id AS key,
                       concat_ws(' ', 'PAYMENT', count(*) OVER (PARTITION BY p.id), l.line_id, p.order_id, l.seller_id || ':' || p.currency,
                           l.amount, l.fee, p.psp, 'at', coalesce((extract(epoch FROM p.approved_at) * 1000)::bigint, 0)) AS text
                  FROM payments p
                  JOIN payment_lines l ON l.payment_id = p.id
                 WHERE p.status IN ('APPROVED', 'COMPLETED')
                UNION ALL
                SELECT r.id,
                       concat_ws(' ', 'REFUND', count(*) OVER (PARTITION BY r.id), l.line_id, p.order_id, l.seller_id || ':' || p.currency,
                           rl.amount, rl.fee, p.psp, 'at', coalesce((extract(epoch FROM r.approved_at) * 1000)::bigint, 0))
                  FROM refunds r
                  JOIN refund_lines rl ON rl.refund_id = r.id
                  JOIN payments p ON p.id = r.payment_id
                  JOIN payment_lines l ON l.payment_id = r.payment_id AND l.line_id = rl.line_id
                 WHERE r.status IN ('APPROVED', 'COMPLETED')
                UNION ALL
                SELECT id,
                       concat_ws(' ', 'PAYOUT', 1, id, '', seller_id || ':' || currency, amount, 0, '', 'at',
                           coalesce((extract(epoch FROM created_at) * 1000)::bigint, 0))
                  FROM payouts) AS approved
             ORDER BY key
            """;

    private static final String ROWS = "SELECT id, aggregateid, payload FROM outbox";

    @Override
    public int number() {
        return 3;
    }

    @Override
    public String statement() {
        return "The outbox has a row for each approved line, refunded line and payout, which says just that, and no other row";
    }

    @Override
    public void check(Evidence evidence, Violations breaches) throws IOException, SQLException {
        try (SortedFacts rows = evidence.cards();
                var reader = evidence.reader(Topics.SETTLEMENT_REQUESTS)) {
            evidence.payments(ROWS, row -> {
                try {
                    SettlementRequested request =
                            reader.deserialize(Topics.SETTLEMENT_REQUESTS.name(), row.getBytes("payload"));
                    if (!request.getSettlementId().equals(row.getString("id"))
                            || !request.getWalletId().equals(row.getString("aggregateid"))) {
                        breaches.add(
                                "the outbox row %s for %s holds the request %s",
                                row.getString("id"), row.getString("aggregateid"), request);
                    }
                    rows.add(request.getReferenceId(), text(request));
                } catch (PoisonRecordException e) {
                    breaches.add("the outbox row %s can't be read: %s", row.getString("id"), e);
                }
            });
            Merge.join(
                    evidence.paymentCards(APPROVED),
                    rows.sorted(),
                    (reference, approved, asked) -> compare(evidence, reference, approved, asked, breaches));
        }
    }

    private static void compare(Evidence evidence, String reference, Said approved, Said asked, Violations breaches) {
        String wanted = approved.texts().keySet().stream()
                .map(text -> "[" + text.substring(0, text.indexOf(" at ")) + "]")
                .collect(Collectors.joining(" "));
        String there =
                asked.texts().keySet().stream().map(text -> "[" + text + "]").collect(Collectors.joining(" "));
        boolean agree = wanted.equals(there) && approved.count() == asked.count();
        if (!agree && !mayBeGone(evidence, approved)) {
            breaches.add(
                    "%s: approved is %s, the outbox says %s", reference, wanted.isEmpty() ? "nothing" : wanted, asked);
        }
    }

    private static boolean mayBeGone(Evidence evidence, Said approved) {
        if (approved.nothing()) {
            return false;
        }
        String text = approved.text();
        long at = Long.parseLong(text.substring(text.indexOf(" at ") + 4));
        return at > 0 && Age.mayBeGone(Instant.ofEpochMilli(at), Age.OUTBOX_KEPT, evidence.now());
    }

    private static String text(SettlementRequested request) {
        return "%s %d %s %s %s %d %d %s"
                .formatted(
                        request.getKind(),
                        request.getReferenceParts(),
                        request.getLineId(),
                        request.getOrderId(),
                        request.getWalletId(),
                        request.getAmount(),
                        request.getFee(),
                        request.getPsp());
    }
}
