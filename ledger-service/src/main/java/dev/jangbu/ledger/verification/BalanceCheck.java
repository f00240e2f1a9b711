package dev.jangbu.ledger.verification;

import dev.jangbu.ledger.journal.AccountKind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

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

    private final Connection connection;
    private final Findings findings;

    BalanceCheck(Connection connection, Findings findings) {
        this.connection = connection;
        this.findings = findings;
    }

    void compare() throws SQLException {
        compareBalances();
        findOrphans();
        compareAccounts();
    }

    private void compareBalances() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(BALANCES);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                findings.add(
                        row.getInt("book"),
                        0,
                        "%s in %s has debits of %s and credits of %s, but its lines sum up to %s and %s"
                                .formatted(
                                        row.getString("account"),
                                        row.getString("currency"),
                                        row.getString("debits"),
                                        row.getString("credits"),
                                        row.getString("line_debits"),
                                        row.getString("line_credits")));
            }
        }
    }

    private void findOrphans() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(JOURNALS_WITHOUT_BOOK);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                findings.add(
                        row.getInt("book"),
                        0,
                        "%d journals have this book, which does not exist".formatted(row.getLong("journals")));
            }
        }
        try (PreparedStatement select = connection.prepareStatement(LINES_WITHOUT_JOURNAL);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                findings.add(
                        row.getInt("book"),
                        0,
                        "%d lines have settlement %s, which has no journal"
                                .formatted(row.getLong("lines"), row.getString("settlement_id")));
            }
        }
    }

    private void compareAccounts() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(ACCOUNTS);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                String code = row.getString("code");
                String kind = row.getString("kind");
                String expected = AccountKind.of(code).map(AccountKind::name).orElse("of no known kind");
                if (!expected.equals(kind)) {
                    findings.add(
                            Finding.NO_BOOK,
                            0,
                            "account %s is %s, but by its code it is %s".formatted(code, kind, expected));
                }
            }
        }
    }
}
