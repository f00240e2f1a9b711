package dev.jangbu.proving.audit;

import java.io.IOException;
import java.sql.SQLException;

/** Double entry: recomputes sums and balances from the lines. */
final class Balanced implements Invariant {

    private static final String UNBALANCED = """
            SELECT settlement_id, currency,
                   sum(CASE side WHEN 'DEBIT' THEN amount ELSE -amount END) AS difference, count(*) AS lines
              FROM lines
             GROUP BY settlement_id, currency
            HAVING sum(CASE side WHEN 'DEBIT' THEN amount ELSE -amount END) <> 0 OR count(*) < 2
            """;

    private static final String UNBALANCED_OVER_ALL = """
            SELECT currency, sum(CASE side WHEN 'DEBIT' THEN amount ELSE -amount END) AS difference
              FROM lines
             GROUP BY currency
            HAVING sum(CASE side WHEN 'DEBIT' THEN amount ELSE -amount END) <> 0
            """;

    private static final String BALANCES_DIFFER = """
            SELECT coalesce(kept.account, summed.account) AS account, coalesce(kept.currency, summed.currency) AS currency,
                   coalesce(kept.book, summed.book) AS book,
                   kept.debits AS kept_debits, kept.credits AS kept_credits, summed.debits, summed.credits
              FROM balances AS kept
              FULL JOIN (SELECT j.book, l.account, l.currency,
                                coalesce(sum(l.amount) FILTER (WHERE l.side = 'DEBIT'), 0) AS debits,
                                coalesce(sum(l.amount) FILTER (WHERE l.side = 'CREDIT'), 0) AS credits
                           FROM lines l
                           JOIN journals j USING (settlement_id)
                          GROUP BY j.book, l.account, l.currency) AS summed
                   ON summed.book = kept.book AND summed.account = kept.account AND summed.currency = kept.currency
             WHERE (kept.debits, kept.credits) IS DISTINCT FROM (summed.debits, summed.credits)
            """;

    private static final String WITHOUT_LINES = """
            SELECT j.settlement_id FROM journals j LEFT JOIN lines l USING (settlement_id) WHERE l.settlement_id IS NULL
            """;

    private static final String WITHOUT_JOURNAL = """
            SELECT l.settlement_id FROM lines l LEFT JOIN journals j USING (settlement_id) WHERE j.settlement_id IS NULL
            """;

    @Override
    public int number() {
        return 5;
    }

    @Override
    public String statement() {
        return "Debits equal credits in each journal, per currency and in total, and the balances are the sums of the lines";
    }

    @Override
    public void check(AuditSources sources, Violations violations) throws IOException, SQLException {
        sources.ledger("SELECT count(*) AS n FROM lines", row -> sources.countExamined(row.getLong("n")));
        sources.ledger(
                UNBALANCED,
                row -> violations.add(
                        "journal %s is off by %s %s in %d lines",
                        row.getString("settlement_id"),
                        row.getString("difference"),
                        row.getString("currency"),
                        row.getLong("lines")));
        sources.ledger(
                UNBALANCED_OVER_ALL,
                row -> violations.add(
                        "the whole ledger is off by %s %s", row.getString("difference"), row.getString("currency")));
        sources.ledger(
                BALANCES_DIFFER,
                row -> violations.add(
                        "%s %s in book %s: kept %s/%s, lines sum to %s/%s",
                        row.getString("account"),
                        row.getString("currency"),
                        row.getString("book"),
                        row.getString("kept_debits"),
                        row.getString("kept_credits"),
                        row.getString("debits"),
                        row.getString("credits")));
        sources.ledger(WITHOUT_LINES, row -> violations.add("journal %s has no lines", row.getString("settlement_id")));
        sources.ledger(WITHOUT_JOURNAL, row -> violations.add("lines of %s have no journal", row.getString(1)));
    }
}
