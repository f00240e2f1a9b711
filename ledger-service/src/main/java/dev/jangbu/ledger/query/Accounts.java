package dev.jangbu.ledger.query;

import dev.jangbu.ledger.journal.AccountKind;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Reads accounts and their balances. The present balance is the sum over the books. A balance at a point in time sums
 * the account's lines up to it, or subtracts the lines since then from the present balance, depending on which range
 * is shorter.
 */
final class Accounts {

    private static final String LIST = "accounts";

    private static final String PAGE = """
            SELECT b.account AS code, (SELECT kind FROM accounts WHERE code = b.account) AS kind, b.currency,
                   sum(b.debits) AS debits, sum(b.credits) AS credits
            FROM balances b
            WHERE (b.account, b.currency) > (:code, :currency)
            GROUP BY b.account, b.currency
            ORDER BY b.account, b.currency
            LIMIT :limit
            """;

    private static final String NOW = """
            SELECT a.code, a.kind, b.currency, b.debits, b.credits
            FROM accounts a
            JOIN LATERAL (
                SELECT currency, sum(debits) AS debits, sum(credits) AS credits
                FROM balances WHERE account = a.code AND currency = :currency GROUP BY currency
            ) b ON true
            WHERE a.code = :code
            """;

    private static final String UP_TO = """
            SELECT coalesce(sum(amount) FILTER (WHERE side = 'DEBIT'), 0) AS debits,
                   coalesce(sum(amount) FILTER (WHERE side = 'CREDIT'), 0) AS credits
            FROM lines
            WHERE account = :code AND currency = :currency AND recorded_at <= :at
            """;

    /** One statement: a concurrently posted journal is in both sums or in neither. */
    private static final String WITHOUT_LATER = """
            SELECT b.debits - later.debits AS debits, b.credits - later.credits AS credits
            FROM (
                SELECT sum(debits) AS debits, sum(credits) AS credits
                FROM balances WHERE account = :code AND currency = :currency
            ) b
            CROSS JOIN (
                SELECT coalesce(sum(amount) FILTER (WHERE side = 'DEBIT'), 0) AS debits,
                       coalesce(sum(amount) FILTER (WHERE side = 'CREDIT'), 0) AS credits
                FROM lines
                WHERE account = :code AND currency = :currency AND recorded_at > :at
            ) later
            """;

    private static final String IS_NEARER_TO_END = """
            SELECT coalesce(max(recorded_at) - :at::timestamptz < :at::timestamptz - min(recorded_at), false) FROM lines
            WHERE account = :code AND currency = :currency
            """;

    private final JdbcClient jdbc;
    private final Clock clock;

    Accounts(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** Accounts with at least one line, as of now, ordered by code and currency. */
    Page<Account> page(int limit, @Nullable String cursor) {
        Position after = Cursor.read(cursor, LIST, Position.class);
        Instant asOf = clock.instant();
        List<Account> read = jdbc.sql(PAGE)
                .param("code", after == null ? "" : after.code())
                .param("currency", after == null ? "" : after.currency())
                .param("limit", limit + 1)
                .query((row, i) -> account(row, asOf))
                .list();
        return Page.of(read, limit, (last, next) -> Cursor.of(LIST, new Position(last.code(), last.currency())));
    }

    /**
     * One account.
     *
     * @param at includes lines recorded up to and at this time; null: as of now
     * @throws NotFoundException if it has no line in that currency
     */
    Account find(String code, String currency, @Nullable Instant at) {
        Instant now = clock.instant();
        Account present = jdbc.sql(NOW)
                .param("code", code)
                .param("currency", currency)
                .query((row, i) -> account(row, now))
                .optional()
                .orElseThrow(() -> new NotFoundException("The ledger has no such account in " + currency));
        return at == null ? present : at(present, at);
    }

    private Account at(Account present, Instant at) {
        boolean nearerToEnd =
                at(IS_NEARER_TO_END, present, at).query(Boolean.class).single();
        return at(nearerToEnd ? WITHOUT_LATER : UP_TO, present, at)
                .query((row, i) -> Account.of(
                        present.code(),
                        present.kind(),
                        present.currency(),
                        integer(row, "debits"),
                        integer(row, "credits"),
                        at))
                .single();
    }

    private JdbcClient.StatementSpec at(String sql, Account account, Instant at) {
        return jdbc.sql(sql)
                .param("code", account.code())
                .param("currency", account.currency())
                .param("at", Timestamp.from(at));
    }

    static Account account(ResultSet row, Instant asOf) throws SQLException {
        return Account.of(
                row.getString("code"),
                AccountKind.valueOf(row.getString("kind")),
                row.getString("currency"),
                integer(row, "debits"),
                integer(row, "credits"),
                asOf);
    }

    /** An exact sum of amounts. */
    static BigInteger integer(ResultSet row, String column) throws SQLException {
        return row.getBigDecimal(column).toBigIntegerExact();
    }

    /** The last account of a page. */
    record Position(String code, String currency) {}
}
