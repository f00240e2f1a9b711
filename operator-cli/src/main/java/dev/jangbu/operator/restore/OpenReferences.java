package dev.jangbu.operator.restore;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * Payments, refunds and payouts that are not settled according to the payments database, and whose requests are older
 * than the outbox: neither the ledger nor the outbox can bring them to their end.
 */
final class OpenReferences {

    private static final int BATCH = 2_000;

    /** An outbox row is as old as the approval, and the rows are deleted by their age. */
    private static final String OPEN = """
            WITH opened AS (
                SELECT 'payment' AS kind, id, order_id AS name, approved_at AS at FROM payments WHERE status = 'APPROVED'
                UNION ALL
                SELECT 'refund', id, payment_id::text, approved_at FROM refunds WHERE status = 'APPROVED'
                UNION ALL
                SELECT 'payout', id, seller_id, created_at FROM payouts WHERE status = 'REQUESTED')
            SELECT * FROM opened
             WHERE at < (SELECT coalesce(min(created_at), now()) FROM outbox) AND (at, id) > (?, ?)
             ORDER BY at, id
             LIMIT ?
            """;

    private static final String JOURNALS = """
            SELECT reference_id, count(*) = max(reference_parts) AS is_complete
              FROM journals WHERE reference_id = ANY (?) GROUP BY reference_id
            """;

    private OpenReferences() {}

    private record Open(String kind, UUID id, String name, Instant at) {

        static Open of(ResultSet row) throws SQLException {
            return new Open(
                    row.getString("kind"),
                    row.getObject("id", UUID.class),
                    row.getString("name"),
                    Objects.requireNonNull(Database.instant(row, "at")));
        }
    }

    /** Adds each to the list for a person. Reads in batches. */
    static void list(Database payments, Database ledger, Report report) throws SQLException {
        Open last = new Open("", new UUID(0, 0), "", Instant.EPOCH);
        while (true) {
            List<Open> batch = payments.list(OPEN, Open::of, last.at(), last.id(), BATCH);
            if (batch.isEmpty()) {
                return;
            }
            Map<UUID, Boolean> complete = new HashMap<>();
            ledger.list(
                    JOURNALS,
                    row -> complete.put(row.getObject("reference_id", UUID.class), row.getBoolean("is_complete")),
                    (Object) batch.stream().map(Open::id).toArray(UUID[]::new));
            for (Open open : batch) {
                if (!complete.getOrDefault(open.id(), false)) {
                    report.forPerson(
                            "%s %s of %s, approved or requested at %s: %s in the ledger, and its outbox rows are deleted"
                                    .formatted(
                                            open.kind(),
                                            open.id(),
                                            open.name(),
                                            open.at(),
                                            complete.containsKey(open.id()) ? "not all of it is" : "it is not"));
                }
            }
            last = batch.getLast();
        }
    }
}
