package dev.jangbu.proving.torture;

import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.audit.Violations;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
 *
 * <p>A restored ledger may lack what was published before its loss, until ledger-service has written it again from the
 * entries. Those are looked up again at the end.
 */
final class PublicationCheck implements AutoCloseable {

    private static final Duration RETRY_DELAY = Duration.ofMillis(200);

    private static final String JOURNALS = """
            SELECT settlement_id::text AS id,
                   format('number %s of book %s for %s, hash %s', no, book, reference_id, encode(hash, 'hex')) AS journal
              FROM journals
             WHERE settlement_id = ANY (?::uuid[])
            """;

    private static final String REFERENCES = """
            SELECT reference_id::text AS id, count(*) AS journals, min(reference_parts) AS parts, min(occurred_at) AS approved
              FROM journals
             WHERE reference_id = ANY (?::uuid[])
             GROUP BY reference_id
            """;

    private final Installation stack;
    private final BooleanSupplier stopping;
    private final Violations violations = new Violations();
    private final List<Published<LedgerPosted>> lostPostings = new ArrayList<>();
    private final List<Published<SettlementCompleted>> lostCompletions = new ArrayList<>();
    private volatile Instant lackingUntil = Instant.MIN;
    private @Nullable Connection connection;
    private final AtomicLong checked = new AtomicLong();

    /**
     * A published record.
     *
     * @param at its timestamp
     */
    record Published<T>(T value, Instant at) {}

    private record Reference(long journals, int parts, Instant approved) {}

    private interface Row<T> {
        T read(ResultSet row) throws SQLException;
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

    /** The ledger is restored: it may lack what was published until this time. */
    void mayLack(Instant until) {
        lackingUntil = until;
    }

    private boolean mayBeLost(Published<?> published) {
        return !published.at().isAfter(lackingUntil);
    }

    /** Looks up again what the restored ledger lacked. Now it must have all of it. */
    void checkRestored() throws InterruptedException {
        lackingUntil = Instant.MIN;
        postings(List.copyOf(lostPostings));
        completions(List.copyOf(lostCompletions));
    }

    /** Checks that each posting's journal exists with its number and hash. */
    void postings(List<Published<LedgerPosted>> posted) throws InterruptedException {
        List<String> ids =
                posted.stream().map(each -> each.value().getSettlementId()).toList();
        Map<String, String> journals = find(JOURNALS, ids, row -> row.getString("journal"));
        for (Published<LedgerPosted> published : posted) {
            LedgerPosted each = published.value();
            byte[] hash = new byte[each.getHash().remaining()];
            each.getHash().duplicate().get(hash);
            String expected = "number %d of book %d for %s, hash %s"
                    .formatted(
                            each.getJournalNo(),
                            each.getBook(),
                            each.getReferenceId(),
                            HexFormat.of().formatHex(hash));
            String journal = journals.get(each.getSettlementId());
            if (journal == null && mayBeLost(published)) {
                lostPostings.add(published);
            } else if (journal == null) {
                violations.add("published before it was committed: %s", each);
            } else if (!journal.equals(expected)) {
                violations.add("published %s, but the ledger has %s", each, journal);
            }
        }
    }

    /**
     * Checks that each completion has all of its journals, and a rejected payout none.
     *
     * @return the approval times of the completed payments
     */
    List<Instant> completions(List<Published<SettlementCompleted>> completed) throws InterruptedException {
        List<String> ids =
                completed.stream().map(each -> each.value().getReferenceId()).toList();
        Map<String, Reference> references = find(
                REFERENCES,
                ids,
                row -> new Reference(
                        row.getLong("journals"),
                        row.getInt("parts"),
                        row.getTimestamp("approved").toInstant()));
        List<Instant> approvals = new ArrayList<>();
        for (Published<SettlementCompleted> published : completed) {
            SettlementCompleted each = published.value();
            Reference reference = references.get(each.getReferenceId());
            if (each.getOutcome() == Outcome.REJECTED) {
                if (reference != null) {
                    violations.add("rejected, but in the ledger: %s, %s", each, reference);
                }
            } else if (reference == null
                    || reference.journals() != reference.parts()
                    || reference.journals() != each.getParts()) {
                if (mayBeLost(published)) {
                    lostCompletions.add(published);
                    continue;
                }
                violations.add("completed before all parts were committed: %s, %s", each, String.valueOf(reference));
            } else {
                approvals.add(reference.approved());
            }
        }
        return approvals;
    }

    /**
     * Queries until PostgreSQL answers.
     *
     * @return the rows by the column {@code id}
     */
    private <T> Map<String, T> find(String sql, List<String> ids, Row<T> row) throws InterruptedException {
        while (!ids.isEmpty()) {
            if (stopping.getAsBoolean()) {
                throw new InterruptedException("stopped");
            }
            try {
                Map<String, T> found = query(sql, ids, row);
                checked.addAndGet(ids.size());
                return found;
            } catch (SQLException e) {
                close();
                Thread.sleep(RETRY_DELAY);
            }
        }
        return Map.of();
    }

    private <T> Map<String, T> query(String sql, List<String> ids, Row<T> row) throws SQLException {
        if (connection == null) {
            connection = stack.openLedger();
        }
        Map<String, T> found = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, connection.createArrayOf("text", ids.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.put(rows.getString("id"), row.read(rows));
                }
            }
        }
        return found;
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
