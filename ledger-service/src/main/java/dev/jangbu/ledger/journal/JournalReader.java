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

/** Reads journals with their lines from rows of the view {@code journals_with_lines}. */
public final class JournalReader {

    private JournalReader() {}

    /** @throws RuntimeException if the row has values that this service never writes */
    public static Journal read(ResultSet row) throws SQLException {
        Entry entry = new Entry(
                row.getObject("settlement_id", UUID.class),
                SettlementKind.valueOf(row.getString("kind")),
                row.getObject("reference_id", UUID.class),
                row.getInt("reference_parts"),
                row.getObject("part", Integer.class),
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
