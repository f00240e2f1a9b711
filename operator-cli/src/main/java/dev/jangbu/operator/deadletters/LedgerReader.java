package dev.jangbu.operator.deadletters;

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
record LedgerReader(Connection ledger) {

    /** By book, the next offset of its partition of {@code ledger.entries} that ledger-service will post. */
    Map<Integer, Long> nextOffsets() throws SQLException {
        Map<Integer, Long> offsets = new HashMap<>();
        try (PreparedStatement select = ledger.prepareStatement("SELECT book, next_offset FROM books");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                offsets.put(row.getInt("book"), row.getLong("next_offset"));
            }
        }
        return offsets;
    }

    /** The journal of a settlement, for instance {@code book 2, journal 17}; empty if there is none. */
    Optional<String> findJournal(UUID settlementId) throws SQLException {
        try (PreparedStatement select =
                ledger.prepareStatement("SELECT book, no FROM journals WHERE settlement_id = ?")) {
            select.setObject(1, settlementId);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of("book %d, journal %d".formatted(row.getInt("book"), row.getLong("no")))
                        : Optional.empty();
            }
        }
    }

    /** Whether a journal with this settlement, book, number and hash exists. */
    boolean containsJournal(UUID settlementId, int book, long no, byte[] hash) throws SQLException {
        try (PreparedStatement select = ledger.prepareStatement(
                "SELECT 1 FROM journals WHERE settlement_id = ? AND book = ? AND no = ? AND hash = ?")) {
            select.setObject(1, settlementId);
            select.setInt(2, book);
            select.setLong(3, no);
            select.setBytes(4, hash);
            try (ResultSet row = select.executeQuery()) {
                return row.next();
            }
        }
    }
}
