package dev.jangbu.ledger.query;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import dev.jangbu.ledger.query.JournalView.PostedLine;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads journals by settlement. */
final class Journals {

    private static final String JOURNAL = """
            SELECT j.*, encode(j.hash, 'hex') AS hash_digits,
                   coalesce((SELECT encode(hash, 'hex') FROM journals WHERE book = j.book AND no = j.no - 1), repeat('00', 32))
                       AS previous_digits
            FROM journals j
            WHERE j.settlement_id = :id
            """;

    private static final String LINES = """
            SELECT line_no, account, side, amount FROM lines WHERE settlement_id = :id ORDER BY line_no
            """;

    private final JdbcClient jdbc;

    Journals(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @throws NotFoundException if the settlement has no journal, or the text is not a UUID */
    JournalView find(String settlementId) {
        UUID id = id(settlementId);
        // Two statements are consistent: journals and their lines are immutable.
        return jdbc.sql(JOURNAL)
                .param("id", id)
                .query((row, i) -> journal(row, lines(id)))
                .optional()
                .orElseThrow(Journals::unknown);
    }

    private List<PostedLine> lines(UUID id) {
        return jdbc.sql(LINES)
                .param("id", id)
                .query((row, i) -> new PostedLine(
                        row.getInt("line_no"),
                        row.getString("account"),
                        Side.valueOf(row.getString("side")),
                        row.getLong("amount")))
                .list();
    }

    private static JournalView journal(ResultSet row, List<PostedLine> lines) throws SQLException {
        return new JournalView(
                row.getObject("settlement_id", UUID.class),
                SettlementKind.valueOf(row.getString("kind")),
                row.getObject("reference_id", UUID.class),
                row.getInt("reference_parts"),
                row.getString("currency"),
                lines,
                row.getString("wallet_id"),
                row.getLong("wallet_version"),
                row.getLong("balance_after"),
                row.getInt("book"),
                row.getLong("no"),
                row.getString("hash_digits"),
                row.getString("previous_digits"),
                time(row, "occurred_at"),
                time(row, "recorded_at"),
                time(row, "posted_at"));
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static UUID id(String text) {
        try {
            UUID id = UUID.fromString(text);
            if (id.toString().equals(text.toLowerCase(Locale.ROOT))) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // Not a UUID: no journal has it.
        }
        throw unknown();
    }

    private static NotFoundException unknown() {
        return new NotFoundException("The ledger has no journal of that settlement");
    }
}
