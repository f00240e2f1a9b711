package dev.jangbu.proving.audit;

import dev.jangbu.proving.facts.MergeJoin;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;

/** Compares payments less refunds with seller credits and fees, and payouts with their journals, per currency. */
final class MoneyIsConserved implements Invariant {

    /** The sums are numeric and do not overflow. */
    private static final String PAYMENTS = """
            SELECT currency AS key,
                   'net ' || coalesce(sum(amount) FILTER (WHERE NOT outgoing), 0)
                   || ', paid out ' || coalesce(sum(amount) FILTER (WHERE outgoing), 0) AS text
              FROM (SELECT currency, amount, false AS outgoing FROM payments WHERE status IN ('APPROVED', 'COMPLETED')
                    UNION ALL
                    SELECT p.currency, -r.amount, false
                      FROM refunds r
                      JOIN payments p ON p.id = r.payment_id
                     WHERE r.status IN ('APPROVED', 'COMPLETED')
                    UNION ALL
                    SELECT currency, amount, true FROM payouts WHERE status = 'BOOKED') AS moved
             GROUP BY currency
             ORDER BY currency COLLATE "C"
            """;

    private static final String BOOKED = """
            SELECT l.currency AS key,
                   'net ' || coalesce(sum(CASE l.side WHEN 'CREDIT' THEN l.amount ELSE -l.amount END)
                                   FILTER (WHERE j.kind IN ('PAYMENT', 'REFUND')
                                             AND (l.account LIKE 'seller:%:payable' OR l.account = 'platform:fees')), 0)
                   || ', paid out ' || coalesce(sum(CASE l.side WHEN 'DEBIT' THEN l.amount ELSE -l.amount END)
                                   FILTER (WHERE j.kind = 'PAYOUT' AND l.account LIKE 'seller:%:payable'), 0) AS text
              FROM lines l
              JOIN journals j USING (settlement_id)
             GROUP BY l.currency
             ORDER BY l.currency COLLATE "C"
            """;

    /** Approved payments are posted later, and payouts become BOOKED after they are posted. */
    private static final Set<PipelineStage> PRODUCERS = Set.of(
            PipelineStage.CONNECTOR, PipelineStage.WALLET_PROCESSOR, PipelineStage.LEDGER, PipelineStage.PAYMENT_API);

    @Override
    public int number() {
        return 9;
    }

    @Override
    public String statement() {
        return "Payments less refunds equal the sellers' credits plus the fees; booked payouts equal the debits for payouts";
    }

    @Override
    public void check(AuditSources sources, Violations violations) throws IOException, SQLException {
        sources.ledger("SELECT count(*) AS n FROM lines", row -> sources.countExamined(row.getLong("n")));
        MergeJoin.join(sources.paymentFacts(PAYMENTS), sources.ledgerFacts(BOOKED), (currency, payments, booked) -> {
            if (!payments.equals(booked)) {
                violations.addMissing(
                        PRODUCERS, "%s: the payments have %s, the ledger has %s", currency, payments, booked);
            }
        });
    }
}
