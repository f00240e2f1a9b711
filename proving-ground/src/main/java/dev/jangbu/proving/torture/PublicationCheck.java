package dev.jangbu.proving.torture;

import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.audit.Violations;
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
 * Looks up published postings and completions in the ledger's database. Retries while PostgreSQL is unreachable. At the
 * first successful query all of them must be present, because they are published after the commit.
 */
final class PublicationCheck implements AutoCloseable {

    private static final Duration RETRY_DELAY = Duration.ofMillis(200);

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

    private final Installation stack;
    private final BooleanSupplier stopping;
    private final Violations violations = new Violations();
    private @Nullable Connection connection;
    private final AtomicLong checked = new AtomicLong();

    private record Journal(int book, long no, byte[] hash, String reference) {

        boolean matches(LedgerPosted posted) {
            byte[] publishedHash = new byte[posted.getHash().remaining()];
            posted.getHash().duplicate().get(publishedHash);
            return book == posted.getBook()
                    && no == posted.getJournalNo()
                    && reference.equals(posted.getReferenceId())
                    && Arrays.equals(hash, publishedHash);
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

    /** @param stopping true if PostgreSQL need not be awaited any longer */
    PublicationCheck(Installation stack, BooleanSupplier stopping) {
        this.stack = stack;
        this.stopping = stopping;
    }

    Violations violations() {
        return violations;
    }

    long checked() {
        return checked.get();
    }

    /** Checks that each posting's journal exists with its number and hash. */
    void postings(List<LedgerPosted> posted) throws InterruptedException {
        Map<String, Journal> journals = new HashMap<>();
        boolean queried = queryUntilReachable(
                JOURNALS,
                posted.stream().map(LedgerPosted::getSettlementId).toList(),
                row -> journals.put(
                        row.getString("id"),
                        new Journal(
                                row.getInt("book"),
                                row.getLong("no"),
                                row.getBytes("hash"),
                                row.getString("reference"))));
        if (!queried) {
            return;
        }
        for (LedgerPosted each : posted) {
            Journal journal = journals.get(each.getSettlementId());
            if (journal == null) {
                violations.add("published before it was committed: %s", each);
            } else if (!journal.matches(each)) {
                violations.add("published %s, but the ledger has %s", each, journal);
            }
        }
    }

    /**
     * Checks that each completion has all of its journals, and a rejected payout none.
     *
     * @return the approval times of the completed payments
     */
    List<Instant> completions(List<SettlementCompleted> completed) throws InterruptedException {
        Map<String, Reference> references = new HashMap<>();
        boolean queried = queryUntilReachable(
                REFERENCES,
                completed.stream().map(SettlementCompleted::getReferenceId).toList(),
                row -> {
                    Timestamp approved = row.getTimestamp("approved");
                    references.put(
                            row.getString("reference"),
                            new Reference(row.getLong("journals"), row.getInt("parts"), approved.toInstant()));
                });
        List<Instant> approvals = new ArrayList<>();
        if (!queried) {
            return approvals;
        }
        for (SettlementCompleted each : completed) {
            Reference reference = references.get(each.getReferenceId());
            if (each.getOutcome() == Outcome.REJECTED) {
                if (reference != null) {
                    violations.add("rejected, but in the ledger: %s, %s", each, reference);
                }
            } else if (reference == null
                    || reference.journals() != reference.parts()
                    || reference.journals() != each.getParts()) {
                violations.add("completed before all parts were committed: %s, %s", each, String.valueOf(reference));
            } else {
                approvals.add(reference.approved());
            }
        }
        return approvals;
    }

    /** Queries until it succeeds; false if it was stopped before. */
    private boolean queryUntilReachable(String sql, List<String> ids, Row row) throws InterruptedException {
        if (ids.isEmpty()) {
            return true;
        }
        while (!stopping.getAsBoolean()) {
            try {
                query(sql, ids, row);
                checked.addAndGet(ids.size());
                return true;
            } catch (SQLException e) {
                close();
                Thread.sleep(RETRY_DELAY);
            }
        }
        return false;
    }

    private void query(String sql, List<String> ids, Row row) throws SQLException {
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
                // The connection is broken already.
            }
        }
    }
}
