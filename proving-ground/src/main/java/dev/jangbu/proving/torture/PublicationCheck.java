package dev.jangbu.proving.torture;

import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.proving.audit.Violations;
import dev.jangbu.proving.stack.StackAddress;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks up in the book what was announced. As long as PostgreSQL can't be reached it tries again; at the first look that succeeds all of it
 * must be there, for it was announced before.
 */
final class PublicationCheck implements AutoCloseable {

    private static final Duration BETWEEN = Duration.ofMillis(200);

    private static final String JOURNALS = """
            SELECT settlement_id::text AS id, book, no, hash, reference_id::text AS reference FROM journals
             WHERE settlement_id = ANY (?::uuid[])
            """;

    private static final String REFERENCES = """
            SELECT reference_id::text AS reference, count(*) AS journals, min(reference_parts) AS parts, min(occurred_at) AS approved
              FROM journals
             WHERE reference_id = ANY (?::uuid[])
             GROUP BY reference_id
            """;

    private final StackAddress stack;
    private final BooleanSupplier stopping;
    private final Violations breaches = new Violations();
    private @Nullable Connection connection;
    private final AtomicLong lookedUp = new AtomicLong();

    private record Journal(int book, long no, byte[] hash, String reference) {

        boolean is(LedgerPosted posted) {
            byte[] announced = new byte[posted.getHash().remaining()];
            posted.getHash().duplicate().get(announced);
            return book == posted.getBook()
                    && no == posted.getJournalNo()
                    && reference.equals(posted.getReferenceId())
                    && Arrays.equals(hash, announced);
        }

        @Override
        public String toString() {
            return "number %d of book %d for %s, hash %s"
                    .formatted(no, book, reference, HexFormat.of().formatHex(hash));
        }
    }

    private record Reference(long journals, int parts, Instant approved) {}

    private interface Row {
        void read(ResultSet row) throws SQLException;
    }

    /** @param stopping whether there is no need to wait for PostgreSQL any more */
    PublicationCheck(StackAddress stack, BooleanSupplier stopping) {
        this.stack = stack;
        this.stopping = stopping;
    }

    Violations breaches() {
        return breaches;
    }

    long lookedUp() {
        return lookedUp.get();
    }

    /** Each posting's journal must be in the book, with its number and its hash. */
    void postings(List<LedgerPosted> posted) throws InterruptedException {
        Map<String, Journal> journals = new HashMap<>();
        boolean looked = look(
                JOURNALS,
                posted.stream().map(LedgerPosted::getSettlementId).toList(),
                row -> journals.put(
                        row.getString("id"),
                        new Journal(
                                row.getInt("book"),
                                row.getLong("no"),
                                row.getBytes("hash"),
                                row.getString("reference"))));
        if (!looked) {
            return;
        }
        for (LedgerPosted each : posted) {
            Journal journal = journals.get(each.getSettlementId());
            if (journal == null) {
                breaches.add("announced before it was in the book: %s", each);
            } else if (!journal.is(each)) {
                breaches.add("announced %s, and the book has %s", each, journal);
            }
        }
    }

    /**
     * Each completion must have all of its journals in the book, and a refused payout none.
     *
     * @return when each that was completed was approved
     */
    List<Instant> completions(List<SettlementCompleted> completed) throws InterruptedException {
        Map<String, Reference> references = new HashMap<>();
        boolean looked = look(
                REFERENCES,
                completed.stream().map(SettlementCompleted::getReferenceId).toList(),
                row -> {
                    Timestamp approved = row.getTimestamp("approved");
                    references.put(
                            row.getString("reference"),
                            new Reference(row.getLong("journals"), row.getInt("parts"), approved.toInstant()));
                });
        List<Instant> approvals = new ArrayList<>();
        if (!looked) {
            return approvals;
        }
        for (SettlementCompleted each : completed) {
            Reference reference = references.get(each.getReferenceId());
            if (each.getOutcome() == Outcome.REJECTED) {
                if (reference != null) {
                    breaches.add("refused, and in the book all the same: %s, %s", each, reference);
                }
            } else if (reference == null
                    || reference.journals() != reference.parts()
                    || reference.journals() != each.getParts()) {
                breaches.add("completed before every part was in the book: %s, %s", each, String.valueOf(reference));
            } else {
                approvals.add(reference.approved());
            }
        }
        return approvals;
    }

    /** Whether there was a look that succeeded, or nothing to look for. */
    private boolean look(String sql, List<String> ids, Row row) throws InterruptedException {
        if (ids.isEmpty()) {
            return true;
        }
        while (!stopping.getAsBoolean()) {
            try {
                once(sql, ids, row);
                lookedUp.addAndGet(ids.size());
                return true;
            } catch (SQLException e) {
                close();
                Thread.sleep(BETWEEN);
            }
        }
        return false;
    }

    private void once(String sql, List<String> ids, Row row) throws SQLException {
        Connection open = connection;
        if (open == null) {
            open = stack.openLedger();
            connection = open;
        }
        Array array = open.createArrayOf("text", ids.toArray());
        try (PreparedStatement statement = open.prepareStatement(sql)) {
            statement.setArray(1, array);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    row.read(rows);
                }
            }
        }
    }

    @Override
    public void close() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                // It is broken already.
            }
        }
    }
}
