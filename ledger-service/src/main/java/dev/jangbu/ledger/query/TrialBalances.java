package dev.jangbu.ledger.query;

import dev.jangbu.ledger.query.TrialBalance.CurrencyTotals;
import java.math.BigInteger;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Reads the trial balance. The present one comes from the balances. One at a point in time sums the lines up to it, or
 * subtracts the lines since then from the balances, depending on which range is shorter.
 */
final class TrialBalances {

    private static final String NOW = """
            SELECT a.code, a.kind, b.currency, sum(b.debits) AS debits, sum(b.credits) AS credits
            FROM balances b JOIN accounts a ON a.code = b.account
            GROUP BY a.code, a.kind, b.currency
            ORDER BY b.currency, a.code
            """;

    /** An index-only scan of lines_by_account in its order; accounts are joined afterwards. */
    private static final String UP_TO = """
            SELECT a.code, a.kind, l.currency, l.debits, l.credits
            FROM (
                SELECT account, currency,
                       coalesce(sum(amount) FILTER (WHERE side = 'DEBIT'), 0) AS debits,
                       coalesce(sum(amount) FILTER (WHERE side = 'CREDIT'), 0) AS credits
                FROM lines
                WHERE recorded_at <= :at
                GROUP BY account, currency
            ) l
            JOIN accounts a ON a.code = l.account
            ORDER BY l.currency, a.code
            """;

    /** One statement, so one snapshot. The index lines_by_time finds the later lines. */
    private static final String WITHOUT_LATER = """
            SELECT a.code, a.kind, b.currency,
                   b.debits - coalesce(l.debits, 0) AS debits, b.credits - coalesce(l.credits, 0) AS credits
            FROM (
                SELECT account, currency, sum(debits) AS debits, sum(credits) AS credits
                FROM balances GROUP BY account, currency
            ) b
            LEFT JOIN (
                SELECT account, currency,
                       coalesce(sum(amount) FILTER (WHERE side = 'DEBIT'), 0) AS debits,
                       coalesce(sum(amount) FILTER (WHERE side = 'CREDIT'), 0) AS credits
                FROM lines
                WHERE recorded_at > :at
                GROUP BY account, currency
            ) l ON l.account = b.account AND l.currency = b.currency
            JOIN accounts a ON a.code = b.account
            WHERE b.debits > coalesce(l.debits, 0) OR b.credits > coalesce(l.credits, 0)
            ORDER BY b.currency, a.code
            """;

    /** An approximation from the first and last journal of each book. */
    private static final String IS_NEARER_TO_END = """
            SELECT coalesce(max(l.recorded_at) - :at::timestamptz < :at::timestamptz - min(f.recorded_at), false)
            FROM books b
            JOIN journals f ON f.book = b.book AND f.no = 1
            JOIN journals l ON l.book = b.book AND l.no = b.last_no
            """;

    private final JdbcClient jdbc;
    private final Clock clock;

    TrialBalances(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * The trial balance over all books, in one snapshot.
     *
     * @param at includes lines recorded up to and at this time; null: all posted lines
     */
    TrialBalance at(@Nullable Instant at) {
        Instant asOf = at == null ? clock.instant() : at;
        JdbcClient.StatementSpec query =
                at == null ? jdbc.sql(NOW) : jdbc.sql(sumUntil(at)).param("at", Timestamp.from(at));
        Map<String, List<Account>> byCurrency = query.query((row, i) -> Accounts.account(row, asOf)).list().stream()
                .collect(Collectors.groupingBy(Account::currency, TreeMap::new, Collectors.toList()));
        return new TrialBalance(
                asOf,
                null,
                null,
                byCurrency.values().stream().map(TrialBalances::sum).toList());
    }

    private String sumUntil(Instant at) {
        boolean nearerToEnd = jdbc.sql(IS_NEARER_TO_END)
                .param("at", Timestamp.from(at))
                .query(Boolean.class)
                .single();
        return nearerToEnd ? WITHOUT_LATER : UP_TO;
    }

    private static CurrencyTotals sum(List<Account> accounts) {
        return new CurrencyTotals(
                accounts.getFirst().currency(),
                accounts.stream().map(Account::debits).reduce(BigInteger.ZERO, BigInteger::add),
                accounts.stream().map(Account::credits).reduce(BigInteger.ZERO, BigInteger::add),
                accounts);
    }
}
