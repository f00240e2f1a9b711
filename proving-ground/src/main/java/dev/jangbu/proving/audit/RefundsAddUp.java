package dev.jangbu.proving.audit;

import java.io.IOException;
import java.sql.SQLException;

/** Compares the refunded and reserved amounts of payment lines with the refunds. */
final class RefundsAddUp implements Invariant {

    private static final String LINES_DIFFER = """
            SELECT l.payment_id, l.line_id, l.amount, l.fee, l.refunded_amount, l.reserved_amount, l.refunded_fee,
                   coalesce(r.refunded, 0) AS refunded, coalesce(r.reserved, 0) AS reserved, coalesce(r.fee, 0) AS refunds_fee
              FROM payment_lines l
              FULL JOIN (SELECT f.payment_id, fl.line_id,
                                sum(fl.amount) FILTER (WHERE f.status IN ('APPROVED', 'COMPLETED')) AS refunded,
                                sum(fl.fee) FILTER (WHERE f.status IN ('APPROVED', 'COMPLETED')) AS fee,
                                sum(fl.amount) FILTER (WHERE f.status IN ('EXECUTING', 'UNKNOWN', 'REVIEW')) AS reserved
                           FROM refunds f
                           JOIN refund_lines fl ON fl.refund_id = f.id
                          GROUP BY f.payment_id, fl.line_id) AS r
                   ON r.payment_id = l.payment_id AND r.line_id = l.line_id
             WHERE (l.refunded_amount, l.reserved_amount, l.refunded_fee)
                       IS DISTINCT FROM (coalesce(r.refunded, 0), coalesce(r.reserved, 0), coalesce(r.fee, 0))
                OR l.refunded_amount + l.reserved_amount > l.amount
                   -- Rounded half up, cumulatively: a full refund returns the whole fee.
                OR l.refunded_fee <> div(l.fee::numeric * l.refunded_amount * 2 + l.amount, l.amount::numeric * 2)
            """;

    private static final String REFUNDS_DIFFER = """
            SELECT f.id, f.status, f.amount, coalesce(sum(fl.amount), 0) AS lines
              FROM refunds f
              LEFT JOIN refund_lines fl ON fl.refund_id = f.id
             GROUP BY f.id, f.status, f.amount
            HAVING f.amount <> coalesce(sum(fl.amount), 0)
            """;

    private static final String COUNT =
            "SELECT (SELECT count(*) FROM payment_lines) + (SELECT count(*) FROM refunds) AS n";

    @Override
    public int number() {
        return 1;
    }

    @Override
    public String statement() {
        return "A line's refunds add up to its refunded and reserved amounts, never exceed its amount, and return the fee pro rata";
    }

    @Override
    public void check(AuditSources sources, Violations violations) throws IOException, SQLException {
        sources.payments(COUNT, row -> sources.countExamined(row.getLong("n")));
        sources.payments(
                LINES_DIFFER,
                row -> violations.add(
                        "payment %s, line %s of %s with a fee of %s: the line has %s refunded, %s reserved and a fee of %s refunded;"
                                + " its refunds have %s, %s and %s",
                        row.getString("payment_id"),
                        row.getString("line_id"),
                        row.getString("amount"),
                        row.getString("fee"),
                        row.getString("refunded_amount"),
                        row.getString("reserved_amount"),
                        row.getString("refunded_fee"),
                        row.getString("refunded"),
                        row.getString("reserved"),
                        row.getString("refunds_fee")));
        sources.payments(
                REFUNDS_DIFFER,
                row -> violations.add(
                        "refund %s (%s) is of %s and its lines sum to %s",
                        row.getString("id"), row.getString("status"), row.getString("amount"), row.getString("lines")));
    }
}
