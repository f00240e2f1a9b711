package dev.jangbu.local.deadletters;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What the ledger's database says, to whoever may only read it. */
public final class Book {

    private final Connection ledger;

    /** @param ledger to {@code jangbu_ledger}, as a role that may read the book */
    public Book(Connection ledger) {
        this.ledger = ledger;
    }

    /** For each book, the first offset of its partition of {@code ledger.entries} that it has not seen. */
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

    /** Where a settlement is booked, for instance {@code book 2, journal 17}; empty if it is not. */
    Optional<String> journal(UUID settlementId) throws SQLException {
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

    /** Whether the book has this journal, under this number and hash. */
    boolean has(UUID settlementId, int book, long no, byte[] hash) throws SQLException {
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
