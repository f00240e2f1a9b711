package dev.jangbu.ledger.verification;

import dev.jangbu.ledger.database.Snapshot;
import dev.jangbu.ledger.journal.AccountKind;

/** Checks balances against lines, account kinds against codes, and finds rows without a journal or book. */
final class BalanceCheck {

    private static final String BALANCES = """
            SELECT coalesce(b.book, l.book) AS book, coalesce(b.account, l.account) AS account,
                   coalesce(b.currency, l.currency) AS currency, b.debits, b.credits,
                   l.debits AS line_debits, l.credits AS line_credits
            FROM balances b
            FULL JOIN (
                SELECT book, account, currency,
                       coalesce(sum(amount) FILTER (WHERE side = 'DEBIT'), 0) AS debits,
                       coalesce(sum(amount) FILTER (WHERE side = 'CREDIT'), 0) AS credits
                FROM lines GROUP BY book, account, currency
            ) l ON l.book = b.book AND l.account = b.account AND l.currency = b.currency
            WHERE (b.debits, b.credits) IS DISTINCT FROM (l.debits, l.credits)
              AND NOT (l.book IS NULL AND b.debits = 0 AND b.credits = 0)
            ORDER BY 1, 2, 3
            """;

    private static final String LINES_WITHOUT_JOURNAL = """
            SELECT l.book, l.settlement_id, count(*) AS lines FROM lines l
            WHERE NOT EXISTS (SELECT FROM journals j WHERE j.settlement_id = l.settlement_id)
            GROUP BY l.book, l.settlement_id ORDER BY 1, 2 LIMIT 100
            """;

    private static final String JOURNALS_WITHOUT_BOOK =
            "SELECT book, count(*) AS journals FROM journals WHERE book NOT IN (SELECT book FROM books) GROUP BY book ORDER BY 1";

    private static final String ACCOUNTS = "SELECT code, kind FROM accounts ORDER BY code";

    private final Snapshot snapshot;
    private final Findings findings;

    BalanceCheck(Snapshot snapshot, Findings findings) {
        this.snapshot = snapshot;
        this.findings = findings;
    }

    void compare() {
        check(BALANCES, "%2$s in %3$s has debits of %4$s and credits of %5$s, but its lines sum up to %6$s and %7$s");
        check(JOURNALS_WITHOUT_BOOK, "%2$s journals have this book, which does not exist");
        check(LINES_WITHOUT_JOURNAL, "%3$s lines have settlement %2$s, which has no journal");
        compareAccounts();
    }

    /** Adds a finding for each row of a query, whose first column is the book. */
    private void check(String sql, String description) {
        snapshot.sql(sql).query().listOfRows().forEach(row -> {
            Object[] columns = row.values().toArray();
            findings.add((int) columns[0], 0, description, columns);
        });
    }

    private void compareAccounts() {
        snapshot.sql(ACCOUNTS).query(row -> {
            String code = row.getString("code");
            String kind = row.getString("kind");
            String expected = AccountKind.of(code).map(AccountKind::name).orElse("of no known kind");
            if (!expected.equals(kind)) {
                String difference = "account %s is %s, but by its code it is %s";
                findings.add(Finding.NO_BOOK, 0, difference, code, kind, expected);
            }
        });
    }
}
