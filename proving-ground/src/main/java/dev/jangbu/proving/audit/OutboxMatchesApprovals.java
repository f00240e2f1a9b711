package dev.jangbu.proving.audit;

import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import dev.jangbu.proving.facts.FactGroup;
import dev.jangbu.proving.facts.MergeJoin;
import dev.jangbu.proving.facts.SortedFacts;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.stream.Collectors;

/**
 * Compares approved lines, refunded lines and payouts with the requests in the outbox. Both are written in one
 * transaction, so they agree at any time: one row per line, with the line's content.
 */
final class OutboxMatchesApprovals implements Invariant {

    /** In the format of {@link #text}, with the time from which the outbox row's retention counts. */
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
        return "The outbox has one row with the same content for each approved line, refunded line and payout, and no other row";
    }

    @Override
    public void check(AuditSources sources, Violations violations) throws IOException, SQLException {
        try (SortedFacts rows = sources.sortedFacts();
                var reader = sources.deserializer(Topics.SETTLEMENT_REQUESTS)) {
            sources.payments(ROWS, row -> {
                try {
                    SettlementRequested request =
                            reader.deserialize(Topics.SETTLEMENT_REQUESTS.name(), row.getBytes("payload"));
                    if (!request.getSettlementId().equals(row.getString("id"))
                            || !request.getWalletId().equals(row.getString("aggregateid"))) {
                        violations.add(
                                "the outbox row %s for %s holds the request %s",
                                row.getString("id"), row.getString("aggregateid"), request);
                    }
                    rows.add(request.getReferenceId(), text(request));
                } catch (PoisonRecordException e) {
                    violations.add("the outbox row %s cannot be read: %s", row.getString("id"), e);
                }
            });
            MergeJoin.join(
                    sources.paymentFacts(APPROVED),
                    rows.sorted(),
                    (reference, approved, requested) -> compare(sources, reference, approved, requested, violations));
        }
    }

    private static void compare(
            AuditSources sources, String reference, FactGroup approved, FactGroup requested, Violations violations) {
        String expected = approved.texts().keySet().stream()
                .map(text -> "[" + text.substring(0, text.indexOf(" at ")) + "]")
                .collect(Collectors.joining(" "));
        String actual = requested.texts().keySet().stream()
                .map(text -> "[" + text + "]")
                .collect(Collectors.joining(" "));
        boolean agree = expected.equals(actual) && approved.count() == requested.count();
        if (!agree && !mayBeDeleted(sources, approved)) {
            violations.add(
                    "%s: approved are %s, the outbox has %s",
                    reference, expected.isEmpty() ? "nothing" : expected, requested);
        }
    }

    private static boolean mayBeDeleted(AuditSources sources, FactGroup approved) {
        if (approved.isEmpty()) {
            return false;
        }
        String text = approved.text();
        long at = Long.parseLong(text.substring(text.indexOf(" at ") + 4));
        return at > 0 && Retention.mayBeDeleted(Instant.ofEpochMilli(at), Retention.OUTBOX, sources.now());
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
