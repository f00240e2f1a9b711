package dev.jangbu.proving.audit;

import dev.jangbu.proving.facts.MergeJoin;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares the recorded status changes with the legal transitions and with the current states. */
final class LegalHistory implements Invariant {

    /** The legal transitions by kind; {@code BEGIN} stands before the first state. */
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

    /** One row per resource with its whole history. A payment has at most some ten transitions. */
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
        return "Every history consists of legal transitions, each from the state of the previous one, and ends in the current state";
    }

    @Override
    public void check(AuditSources sources, Violations violations) throws IOException, SQLException {
        sources.payments(
                OF_TWO_KINDS, row -> violations.add("%s has a history of two kinds", row.getString("resource_id")));
        MergeJoin.join(sources.paymentFacts(HISTORIES), sources.paymentFacts(STATES), (id, history, state) -> {
            if (history.isEmpty()) {
                violations.add("%s (%s) has no history", id, state);
            } else if (state.isEmpty()) {
                violations.add("%s has a history and does not exist: %s", id, history);
            } else {
                String[] current = state.text().split(" ", -1);
                List<String> recorded = List.of(history.text().split(" ", -1));
                checkTransitions(
                        id,
                        current[0],
                        current[1],
                        recorded.getFirst(),
                        recorded.subList(1, recorded.size()),
                        violations);
            }
        });
    }

    private static void checkTransitions(
            String id,
            String kind,
            String status,
            String recordedKind,
            List<String> transitions,
            Violations violations) {
        if (!kind.equals(recordedKind)) {
            violations.add("%s is a %s and its history is that of a %s", id, kind, recordedKind);
            return;
        }
        Set<String> legal = LEGAL.getOrDefault(kind, Set.of());
        String at = "BEGIN";
        for (String transition : transitions) {
            int arrow = transition.indexOf('>');
            if (!legal.contains(transition)) {
                violations.add("%s %s: %s is no legal transition, in %s", kind, id, transition, transitions);
            }
            if (!transition.substring(0, arrow).equals(at)) {
                violations.add("%s %s: %s does not begin at %s, in %s", kind, id, transition, at, transitions);
            }
            at = transition.substring(arrow + 1);
        }
        if (!at.equals(status)) {
            violations.add("%s %s is %s and its history ends in %s", kind, id, status, at);
        }
    }
}
