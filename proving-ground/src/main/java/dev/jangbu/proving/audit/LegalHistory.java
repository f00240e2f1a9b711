package dev.jangbu.proving.audit;

import dev.jangbu.proving.facts.Merge;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Every change of status, as it was recorded, against the states that there are. */
final class LegalHistory implements Invariant {

    /** The states and where they may lead, by kind; {@code BEGIN} is before the first. */
    private static final Map<String, Set<String>> LEGAL = Map.of(
            "PAYMENT",
            Set.of(
                    "BEGIN>READY",
                    "READY>EXECUTING",
                    "READY>ACCEPTED",
                    "READY>CANCELED",
                    "READY>EXPIRED",
                    "ACCEPTED>EXECUTING",
                    "ACCEPTED>CANCELED",
                    "ACCEPTED>EXPIRED",
                    "EXECUTING>APPROVED",
                    "EXECUTING>DECLINED",
                    "EXECUTING>UNKNOWN",
                    "EXECUTING>REVIEW",
                    "UNKNOWN>EXECUTING",
                    "UNKNOWN>APPROVED",
                    "UNKNOWN>DECLINED",
                    "UNKNOWN>REVIEW",
                    "REVIEW>APPROVED",
                    "REVIEW>DECLINED",
                    "APPROVED>COMPLETED"),
            "REFUND",
            Set.of(
                    "BEGIN>EXECUTING",
                    "EXECUTING>APPROVED",
                    "EXECUTING>FAILED",
                    "EXECUTING>UNKNOWN",
                    "EXECUTING>REVIEW",
                    "UNKNOWN>EXECUTING",
                    "UNKNOWN>APPROVED",
                    "UNKNOWN>FAILED",
                    "UNKNOWN>REVIEW",
                    "REVIEW>APPROVED",
                    "REVIEW>FAILED",
                    "APPROVED>COMPLETED"),
            "PAYOUT",
            Set.of("BEGIN>REQUESTED", "REQUESTED>BOOKED", "REQUESTED>REJECTED"));

    /** One card for each resource, its whole history in it: a payment changes its status some ten times at the most. */
    private static final String HISTORIES = """
            SELECT resource_id AS key,
                   max(kind) || ' ' || string_agg(coalesce(from_status, 'BEGIN') || '>' || to_status, ' ' ORDER BY version) AS text
              FROM history
             GROUP BY resource_id
            HAVING count(DISTINCT kind) = 1
             ORDER BY resource_id
            """;

    private static final String OF_TWO_KINDS = """
            SELECT resource_id FROM history GROUP BY resource_id HAVING count(DISTINCT kind) > 1
            """;

    private static final String STATES = """
            SELECT key, text FROM (
                SELECT id AS key, 'PAYMENT ' || status AS text FROM payments
                UNION ALL SELECT id, 'REFUND ' || status FROM refunds
                UNION ALL SELECT id, 'PAYOUT ' || status FROM payouts) AS states
             ORDER BY key
            """;

    @Override
    public int number() {
        return 8;
    }

    @Override
    public String statement() {
        return "Every history is made of legal transitions, one from where the other led to, and ends in the present state";
    }

    @Override
    public void check(Evidence evidence, Violations breaches) throws IOException, SQLException {
        evidence.payments(
                OF_TWO_KINDS, row -> breaches.add("%s has a history of two kinds", row.getString("resource_id")));
        Merge.join(evidence.paymentCards(HISTORIES), evidence.paymentCards(STATES), (id, history, state) -> {
            if (history.nothing()) {
                breaches.add("%s (%s) has no history", id, state);
            } else if (state.nothing()) {
                breaches.add("%s has a history and doesn't exist: %s", id, history);
            } else {
                String[] present = state.text().split(" ", -1);
                List<String> past = List.of(history.text().split(" ", -1));
                follow(id, present[0], present[1], past.getFirst(), past.subList(1, past.size()), breaches);
            }
        });
    }

    private static void follow(
            String id, String kind, String status, String recordedKind, List<String> steps, Violations breaches) {
        if (!kind.equals(recordedKind)) {
            breaches.add("%s is a %s and its history that of a %s", id, kind, recordedKind);
            return;
        }
        Set<String> legal = LEGAL.getOrDefault(kind, Set.of());
        String at = "BEGIN";
        for (String step : steps) {
            int arrow = step.indexOf('>');
            if (!legal.contains(step)) {
                breaches.add("%s %s: %s is no legal step, in %s", kind, id, step, steps);
            }
            if (!step.substring(0, arrow).equals(at)) {
                breaches.add("%s %s: %s doesn't begin at %s, in %s", kind, id, step, at, steps);
            }
            at = step.substring(arrow + 1);
        }
        if (!at.equals(status)) {
            breaches.add("%s %s is %s and its history ends in %s", kind, id, status, at);
        }
    }
}
