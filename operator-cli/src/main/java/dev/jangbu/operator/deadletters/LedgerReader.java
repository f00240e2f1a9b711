package dev.jangbu.operator.deadletters;

import dev.jangbu.contract.replay.PostedJournals;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Queries the ledger's database for journals and posting progress. Reads only.
 *
 * @param ledger a connection to {@code jangbu_ledger} of a role that may read its tables
 */
record LedgerReader(Connection ledger) implements PostedJournals {

    @Override
    public Map<Integer, Long> nextOffsets() {
        return query("SELECT book, next_offset FROM books", rows -> {
            Map<Integer, Long> offsets = new HashMap<>();
            while (rows.next()) {
                offsets.put(rows.getInt("book"), rows.getLong("next_offset"));
            }
            return offsets;
        });
    }

    @Override
    public Optional<String> find(UUID settlementId) {
        return query(
                "SELECT book, no FROM journals WHERE settlement_id = ?",
                rows -> rows.next()
                        ? Optional.of("book %d, journal %d".formatted(rows.getInt("book"), rows.getLong("no")))
                        : Optional.empty(),
                settlementId);
    }

    @Override
    public boolean contains(UUID settlementId, int book, long no, byte[] hash) {
        return query(
                "SELECT 1 FROM journals WHERE settlement_id = ? AND book = ? AND no = ? AND hash = ?",
                ResultSet::next,
                settlementId,
                book,
                no,
                hash);
    }

    private interface Result<T> {
        T read(ResultSet rows) throws SQLException;
    }

    private <T> T query(String sql, Result<T> result, Object... parameters) {
        try (PreparedStatement select = ledger.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                select.setObject(i + 1, parameters[i]);
            }
            try (ResultSet rows = select.executeQuery()) {
                return result.read(rows);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The ledger's database can't be read: " + e.getMessage(), e);
        }
    }
}
