package dev.jangbu.ledger.query;

import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the lines of an account, newest first: by {@code recordedAt}, book, journal number and line number.
 *
 * <p>Books post independently, so a lagging book may post lines that are older than listed ones. A list is therefore a
 * snapshot: its cursor holds the last journal number of each book at the first page, and the balance before the next
 * page.
 */
final class AccountLines {

    private static final JsonMapper JSON = new JsonMapper();

    /** One statement, so heads and balance come from one snapshot. */
    private static final String SNAPSHOT = """
            SELECT (SELECT jsonb_object_agg(book, last_no) FROM books) AS heads,
                   sum(CASE a.normal_side WHEN 'DEBIT' THEN b.debits - b.credits ELSE b.credits - b.debits END) AS balance
            FROM balances b JOIN accounts a ON a.code = b.account
            WHERE b.account = :code AND b.currency = :currency
            """;

    private static final String PAGE = """
            SELECT l.settlement_id, l.line_no, j.kind, j.reference_id, l.side, l.amount,
                   :balance - coalesce(sum(l.change) OVER (
                       ORDER BY l.recorded_at DESC, l.book DESC, l.no DESC, l.line_no DESC
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS balance_after,
                   l.book, l.no AS journal_no, l.recorded_at
            FROM (
                SELECT *, CASE side WHEN (SELECT normal_side FROM accounts WHERE code = :code)
                          THEN amount ELSE -amount END AS change
                FROM lines
                WHERE account = :code AND currency = :currency
                  AND (recorded_at, book, no, line_no) < (:recordedAt, :book, :no, :lineNo)
                  AND no <= (:heads::jsonb ->> book::text)::bigint
                ORDER BY recorded_at DESC, book DESC, no DESC, line_no DESC
                LIMIT :limit
            ) l
            JOIN journals j ON j.settlement_id = l.settlement_id
            ORDER BY l.recorded_at DESC, l.book DESC, l.no DESC, l.line_no DESC
            """;

    private final JdbcClient jdbc;

    AccountLines(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param account from {@link Accounts#find} */
    Page<AccountLine> page(Account account, int limit, @Nullable String cursor) {
        String list = "lines/" + account.code() + "/" + account.currency();
        LinePosition position = Cursor.read(cursor, list, LinePosition.class);
        LinePosition from = position == null ? newest(account) : position;
        List<AccountLine> lines = jdbc.sql(PAGE)
                .param("code", account.code())
                .param("currency", account.currency())
                .param("balance", from.balance())
                .param("recordedAt", from.recordedAt().atOffset(ZoneOffset.UTC))
                .param("book", from.book())
                .param("no", from.no())
                .param("lineNo", from.lineNo())
                .param("heads", JSON.writeValueAsString(from.heads()))
                .param("limit", limit + 1)
                .query(AccountLine.class)
                .list();
        return Page.of(lines, limit, (last, next) -> Cursor.of(list, from.between(last, next)));
    }

    private LinePosition newest(Account account) {
        return jdbc.sql(SNAPSHOT)
                .param("code", account.code())
                .param("currency", account.currency())
                .query((row, i) -> LinePosition.newest(
                        Accounts.integer(row, "balance"),
                        JSON.readValue(row.getString("heads"), new TypeReference<Map<Integer, Long>>() {})))
                .single();
    }
}
