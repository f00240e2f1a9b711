package dev.jangbu.ledger.book;

import dev.jangbu.ledger.book.Trial.Account;
import dev.jangbu.ledger.book.Trial.CurrencyTrial;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads the trial balance: as it is now from the balances, at an earlier point in time from the lines. */
final class TrialBalance {

    private static final String NOW = """
            SELECT a.code, a.kind, b.currency, sum(b.debits)::bigint AS debits, sum(b.credits)::bigint AS credits
            FROM balances b JOIN accounts a ON a.code = b.account
            GROUP BY a.code, a.kind, b.currency
            ORDER BY b.currency, a.code
            """;

    private static final String AT = """
            SELECT a.code, a.kind, l.currency,
                   coalesce(sum(l.amount) FILTER (WHERE l.side = 'DEBIT'), 0)::bigint AS debits,
                   coalesce(sum(l.amount) FILTER (WHERE l.side = 'CREDIT'), 0)::bigint AS credits
            FROM lines l
            JOIN journals j ON j.settlement_id = l.settlement_id
            JOIN accounts a ON a.code = l.account
            WHERE j.recorded_at <= :at
            GROUP BY a.code, a.kind, l.currency
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
     * @throws ArithmeticException if a sum exceeds a long
     */
    Trial at(@Nullable Instant at) {
        Instant asOf = at == null ? clock.instant() : at;
        JdbcClient.StatementSpec query =
                at == null ? jdbc.sql(NOW) : jdbc.sql(AT).param("at", Timestamp.from(at));
        Map<String, List<Account>> byCurrency = new LinkedHashMap<>();
        for (Account account : query.query((row, i) -> account(row, asOf)).list()) {
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

    private static Account account(ResultSet row, Instant asOf) throws SQLException {
        AccountKind kind = AccountKind.valueOf(row.getString("kind"));
        long debits = row.getLong("debits");
        long credits = row.getLong("credits");
        return new Account(
                row.getString("code"),
                kind,
                row.getString("currency"),
                debits,
                credits,
                kind.balance(debits, credits),
                asOf);
    }

    private static CurrencyTrial sum(String currency, List<Account> accounts) {
        return new CurrencyTrial(
                currency,
                accounts.stream().mapToLong(Account::debits).reduce(0, Math::addExact),
                accounts.stream().mapToLong(Account::credits).reduce(0, Math::addExact),
                accounts);
    }
}
