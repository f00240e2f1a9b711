package dev.jangbu.ledger.journal;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Reads journals with their lines from query rows, one journal per row. */
public final class JournalReader {

    /** The columns that {@link #read} needs, from {@link #TABLES}. */
    public static final String COLUMNS = """
            j.settlement_id, j.book, j.no, j.wallet_id, j.wallet_version, j.kind, j.reference_id, j.reference_parts,
            j.currency, j.balance_after, j.occurred_at, j.recorded_at, j.posted_at, j.hash, l.accounts, l.sides, l.amounts
            """;

    /** {@code l.in_place}: whether the lines are complete and repeat the journal's columns. */
    public static final String TABLES = """
            journals j
            CROSS JOIN LATERAL (
                SELECT array_agg(account ORDER BY line_no) AS accounts,
                       array_agg(side ORDER BY line_no) AS sides,
                       array_agg(amount ORDER BY line_no) AS amounts,
                       bool_and((book, no, recorded_at, currency, line_count)
                           = (j.book, j.no, j.recorded_at, j.currency, j.line_count))
                       AND count(*) = j.line_count AND max(line_no) = j.line_count AS in_place
                FROM lines WHERE settlement_id = j.settlement_id
            ) l
            """;

    private JournalReader() {}

    /** @throws RuntimeException if the row has values that this service never writes */
    public static Journal read(ResultSet row) throws SQLException {
        Entry entry = new Entry(
                row.getObject("settlement_id", UUID.class),
                SettlementKind.valueOf(row.getString("kind")),
                row.getObject("reference_id", UUID.class),
                row.getInt("reference_parts"),
                row.getString("currency"),
                lines(row),
                row.getString("wallet_id"),
                row.getLong("balance_after"),
                row.getLong("wallet_version"),
                time(row, "occurred_at"),
                time(row, "recorded_at"));
        return new Journal(
                entry,
                row.getInt("book"),
                row.getLong("no"),
                ByteBuffer.wrap(row.getBytes("hash")),
                time(row, "posted_at"));
    }

    private static List<Line> lines(ResultSet row) throws SQLException {
        String[] accounts = (String[]) row.getArray("accounts").getArray();
        String[] sides = (String[]) row.getArray("sides").getArray();
        Long[] amounts = (Long[]) row.getArray("amounts").getArray();
        List<Line> lines = new ArrayList<>(accounts.length);
        for (int i = 0; i < accounts.length; i++) {
            lines.add(new Line(accounts[i], Side.valueOf(sides[i]), amounts[i]));
        }
        return lines;
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
