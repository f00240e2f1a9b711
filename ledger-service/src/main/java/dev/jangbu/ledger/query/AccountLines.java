package dev.jangbu.ledger.query;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import dev.jangbu.ledger.query.LinePosition.Head;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Reads the lines of an account, newest first: by {@code recordedAt}, book, journal number and line number.
 *
 * <p>Books post independently, so a lagging book may post lines that are older than listed ones. A list is therefore a
 * snapshot: its cursor holds the last journal number of each book at the first page, and the balance before the next
 * page.
 */
final class AccountLines {

    /** One statement, so heads and sum come from one snapshot. */
    private static final String SNAPSHOT = """
            SELECT (SELECT array_agg(book || ':' || last_no ORDER BY book) FROM books) AS heads,
                   (SELECT sum(debits) - sum(credits) FROM balances
                    WHERE account = :code AND currency = :currency) AS net
            """;

    private static final String PAGE = """
            SELECT l.settlement_id, l.line_no, j.kind, j.reference_id, l.side, l.amount, l.book, l.no, l.recorded_at
            FROM (
                SELECT * FROM lines
                WHERE account = :code AND currency = :currency
                  AND (recorded_at, book, no, line_no) < (:recordedAt, :book, :no, :lineNo)
                  AND no <= (:heads::bigint[])[array_position(:books::integer[], book)]
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
        LinePosition position = Cursor.read(cursor, list, LinePosition.PARTS, LinePosition::of);
        LinePosition from = position == null ? newest(account) : position;
        List<Item> items = new ArrayList<>(limit + 1);
        BigInteger net = from.net();
        for (Unsummed unsummed : read(account, limit + 1, from)) {
            AccountLine line = unsummed.with(account.kind().balance(net, BigInteger.ZERO));
            net = net.subtract(unsummed.net());
            items.add(new Item(line, from.after(line, net)));
        }
        return Page.of(
                items,
                limit,
                Item::line,
                last -> Cursor.of(list, last.position().parts()));
    }

    private LinePosition newest(Account account) {
        return jdbc.sql(SNAPSHOT)
                .param("code", account.code())
                .param("currency", account.currency())
                .query((row, i) -> {
                    List<Head> heads = new ArrayList<>();
                    for (String head : (String[]) row.getArray("heads").getArray()) {
                        heads.add(Head.of(head));
                    }
                    return LinePosition.newest(Accounts.integer(row, "net"), heads);
                })
                .single();
    }

    private List<Unsummed> read(Account account, int limit, LinePosition from) {
        return jdbc.sql(PAGE)
                .param("code", account.code())
                .param("currency", account.currency())
                .param("recordedAt", from.recordedAt().atOffset(ZoneOffset.UTC))
                .param("book", from.book())
                .param("no", from.no())
                .param("lineNo", from.lineNo())
                .param("books", array(from.heads(), Head::book))
                .param("heads", array(from.heads(), Head::no))
                .param("limit", limit)
                .query((row, i) -> line(row))
                .list();
    }

    private static String array(List<Head> heads, Function<Head, Object> part) {
        return heads.stream().map(head -> part.apply(head).toString()).collect(Collectors.joining(",", "{", "}"));
    }

    private static Unsummed line(ResultSet row) throws SQLException {
        return new Unsummed(new AccountLine(
                row.getObject("settlement_id", UUID.class),
                row.getInt("line_no"),
                SettlementKind.valueOf(row.getString("kind")),
                row.getObject("reference_id", UUID.class),
                Side.valueOf(row.getString("side")),
                row.getLong("amount"),
                BigInteger.ZERO,
                row.getInt("book"),
                row.getLong("no"),
                row.getObject("recorded_at", OffsetDateTime.class).toInstant()));
    }

    /** A line before its running balance is computed. */
    private record Unsummed(AccountLine line) {

        BigInteger net() {
            BigInteger amount = BigInteger.valueOf(line.amount());
            return line.side() == Side.DEBIT ? amount : amount.negate();
        }

        AccountLine with(BigInteger balanceAfter) {
            return new AccountLine(
                    line.settlementId(),
                    line.lineNo(),
                    line.kind(),
                    line.referenceId(),
                    line.side(),
                    line.amount(),
                    balanceAfter,
                    line.book(),
                    line.journalNo(),
                    line.recordedAt());
        }
    }

    private record Item(AccountLine line, LinePosition position) {}
}
