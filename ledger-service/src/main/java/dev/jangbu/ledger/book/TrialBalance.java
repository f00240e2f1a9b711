package dev.jangbu.ledger.book;

import dev.jangbu.ledger.book.Trial.CurrencyTrial;
import java.math.BigInteger;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads the trial balance: as it is now from the balances, at a point in time from the lines. */
final class TrialBalance {

    private static final String NOW = """
            SELECT a.code, a.kind, b.currency, sum(b.debits) AS debits, sum(b.credits) AS credits
            FROM balances b JOIN accounts a ON a.code = b.account
            GROUP BY a.code, a.kind, b.currency
            ORDER BY b.currency, a.code
            """;

    /** Summed from the index lines_by_account alone, in its order; the accounts are looked up afterwards. */
    private static final String AT = """
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

    private final JdbcClient jdbc;
    private final Clock clock;

    TrialBalance(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * The trial balance over all books, in one snapshot.
     *
     * @param at what was recorded until then, included; null: all that is posted now
     */
    Trial at(@Nullable Instant at) {
        Instant asOf = at == null ? clock.instant() : at;
        JdbcClient.StatementSpec query =
                at == null ? jdbc.sql(NOW) : jdbc.sql(AT).param("at", Timestamp.from(at));
        Map<String, List<Account>> byCurrency = new LinkedHashMap<>();
        for (Account account :
                query.query((row, i) -> Accounts.account(row, asOf)).list()) {
            byCurrency
                    .computeIfAbsent(account.currency(), currency -> new ArrayList<>())
                    .add(account);
        }
        return new Trial(
                asOf,
                byCurrency.entrySet().stream()
                        .map(currency -> sum(currency.getKey(), currency.getValue()))
                        .toList());
    }

    private static CurrencyTrial sum(String currency, List<Account> accounts) {
        return new CurrencyTrial(
                currency,
                accounts.stream().map(Account::debits).reduce(BigInteger.ZERO, BigInteger::add),
                accounts.stream().map(Account::credits).reduce(BigInteger.ZERO, BigInteger::add),
                accounts);
    }
}
