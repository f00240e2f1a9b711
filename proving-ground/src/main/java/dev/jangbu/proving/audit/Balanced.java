package dev.jangbu.proving.audit;

import java.io.IOException;
import java.sql.SQLException;

/** Double entry, by the lines themselves. */
final class Balanced implements Invariant {

    private static final String UNBALANCED = """
            SELECT settlement_id, currency,
                   sum(CASE side WHEN 'DEBIT' THEN amount ELSE -amount END) AS difference, count(*) AS lines
              FROM lines
             GROUP BY settlement_id, currency
            HAVING sum(CASE side WHEN 'DEBIT' THEN amount ELSE -amount END) <> 0 OR count(*) < 2
            """;

    private static final String BALANCES_DIFFER = """
            SELECT coalesce(kept.account, summed.account) AS account, coalesce(kept.currency, summed.currency) AS currency,
                   kept.debits AS kept_debits, kept.credits AS kept_credits, summed.debits, summed.credits
              FROM (SELECT account, currency, sum(debits) AS debits, sum(credits) AS credits
                      FROM balances
                     GROUP BY account, currency) AS kept
              FULL JOIN (SELECT account, currency,
                                coalesce(sum(amount) FILTER (WHERE side = 'DEBIT'), 0) AS debits,
                                coalesce(sum(amount) FILTER (WHERE side = 'CREDIT'), 0) AS credits
                           FROM lines
                          GROUP BY account, currency) AS summed
                   ON summed.account = kept.account AND summed.currency = kept.currency
             WHERE (kept.debits, kept.credits) IS DISTINCT FROM (summed.debits, summed.credits)
            """;

    private static final String CLOSED = """
            SELECT j.settlement_id FROM journals j LEFT JOIN lines l USING (settlement_id) WHERE l.settlement_id IS NULL
            """;

    @Override
    public int number() {
        return 5;
    }

    @Override
    public String statement() {
        return "Debits equal credits in each journal, per currency, and the balances are the sums of the lines";
    }

    @Override
    public void check(Evidence evidence, Breaches breaches) throws IOException, SQLException {
        evidence.ledger(
                UNBALANCED,
                row -> breaches.add(
                        "journal %s is off by %d %s",
                        row.getString("settlement_id"), row.getLong("difference"), row.getString("currency")));
        evidence.ledger(
                BALANCES_DIFFER,
                row -> breaches.add(
                        "%s %s: kept %s/%s, lines sum to %s/%s",
                        row.getString("account"),
                        row.getString("currency"),
                        row.getString("kept_debits"),
                        row.getString("kept_credits"),
                        row.getString("debits"),
                        row.getString("credits")));
        evidence.ledger(CLOSED, row -> breaches.add("journal %s has no lines", row.getString("settlement_id")));
    }
}
