package dev.jangbu.ledger.proof;

import dev.jangbu.ledger.book.AccountKind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** What must follow from the journals and their lines, and what must not be there beside them. */
final class Sums {

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

    private static final String ORPHANS = """
            SELECT l.book, l.settlement_id, count(*) AS lines FROM lines l
            WHERE NOT EXISTS (SELECT FROM journals j WHERE j.settlement_id = l.settlement_id)
            GROUP BY l.book, l.settlement_id ORDER BY 1, 2 LIMIT 100
            """;

    private static final String STRAY_BOOKS =
            "SELECT book, count(*) AS journals FROM journals WHERE book NOT IN (SELECT book FROM books) GROUP BY book ORDER BY 1";

    private static final String ACCOUNTS = "SELECT code, kind FROM accounts ORDER BY code";

    private final Connection connection;
    private final Findings findings;

    Sums(Connection connection, Findings findings) {
        this.connection = connection;
        this.findings = findings;
    }

    void compare() throws SQLException {
        compareBalances();
        lookForStrays();
        compareAccounts();
    }

    private void compareBalances() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(BALANCES);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                findings.add(
                        row.getInt("book"),
                        0,
                        "%s in %s has debits of %s and credits of %s, and its lines sum up to %s and %s"
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

    private void lookForStrays() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(STRAY_BOOKS);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                findings.add(
                        row.getInt("book"),
                        0,
                        "%d journals are of this book, which does not exist".formatted(row.getLong("journals")));
            }
        }
        try (PreparedStatement select = connection.prepareStatement(ORPHANS);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                findings.add(
                        row.getInt("book"),
                        0,
                        "%d lines are of settlement %s, which has no journal"
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
                String expected = AccountKind.of(code).map(AccountKind::name).orElse("no kind that this book keeps");
                if (!expected.equals(kind)) {
                    findings.add(
                            Finding.NO_BOOK,
                            0,
                            "account %s is %s, and its code says %s".formatted(code, kind, expected));
                }
            }
        }
    }
}
