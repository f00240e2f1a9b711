package dev.jangbu.proving.audit;

import dev.jangbu.proving.facts.Merge;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;

/** What came in and went back, against what is owed and earned; and what was paid out, against what was booked of it. */
final class MoneyIsConserved implements Invariant {

    /** Sums are numeric: nothing overflows here. */
    private static final String HERE = """
            SELECT currency AS key,
                   'stays ' || coalesce(sum(amount) FILTER (WHERE NOT outgoing), 0)
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
                   'stays ' || coalesce(sum(CASE l.side WHEN 'CREDIT' THEN l.amount ELSE -l.amount END)
                                   FILTER (WHERE j.kind IN ('PAYMENT', 'REFUND')
                                             AND (l.account LIKE 'seller:%:payable' OR l.account = 'platform:fees')), 0)
                   || ', paid out ' || coalesce(sum(CASE l.side WHEN 'DEBIT' THEN l.amount ELSE -l.amount END)
                                   FILTER (WHERE j.kind = 'PAYOUT' AND l.account LIKE 'seller:%:payable'), 0) AS text
              FROM lines l
              JOIN journals j USING (settlement_id)
             GROUP BY l.currency
             ORDER BY l.currency COLLATE "C"
            """;

    /** What is approved is booked later, and what is booked of a payout is said later. */
    private static final Set<Stage> ON_ITS_WAY =
            Set.of(Stage.CHANGE_STREAM, Stage.WALLET_DESK, Stage.LEDGER, Stage.FRONT_DOOR);

    @Override
    public int number() {
        return 9;
    }

    @Override
    public String statement() {
        return "What buyers paid, less what went back, is what sellers are credited with and the fees; payouts are what was paid out";
    }

    @Override
    public void check(Evidence evidence, Violations breaches) throws IOException, SQLException {
        evidence.ledger("SELECT count(*) AS n FROM lines", row -> evidence.looked(row.getLong("n")));
        Merge.join(evidence.paymentCards(HERE), evidence.ledgerCards(BOOKED), (currency, here, booked) -> {
            if (!here.equals(booked)) {
                breaches.lacking(ON_ITS_WAY, "%s: here %s, in the book %s", currency, here, booked);
            }
        });
    }
}
