package dev.jangbu.proving.audit;

import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.Topics;
import dev.jangbu.proving.facts.Merge;
import dev.jangbu.proving.facts.SortedFacts;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Set;

/** The end of the way of a payment, a refund, a payout: what the desks declare, and what the front door made of it. */
final class OneCompletion implements Invariant {

    /** In the words of a completion; with the time from which on its completion is kept. */
    private static final String ENDED = """
            SELECT key, text FROM (
                SELECT id AS key,
                       concat_ws(' ', 'PAYMENT', 'COMPLETED', (SELECT count(*) FROM payment_lines l WHERE l.payment_id = p.id),
                                 'at', (extract(epoch FROM completed_at) * 1000)::bigint) AS text
                  FROM payments p
                 WHERE status = 'COMPLETED'
                UNION ALL
                SELECT id,
                       concat_ws(' ', 'REFUND', 'COMPLETED', (SELECT count(*) FROM refund_lines l WHERE l.refund_id = r.id),
                                 'at', (extract(epoch FROM completed_at) * 1000)::bigint)
                  FROM refunds r
                 WHERE status = 'COMPLETED'
                UNION ALL
                SELECT id,
                       concat_ws(' ', 'PAYOUT',
                                 CASE status WHEN 'BOOKED' THEN 'COMPLETED 1' ELSE 'REJECTED ' || coalesce(rejection, '') || ' 0' END,
                                 'at', (extract(epoch FROM decided_at) * 1000)::bigint)
                  FROM payouts
                 WHERE status IN ('BOOKED', 'REJECTED')) AS ended
             ORDER BY key
            """;

    /** Where the last of a reference's journals stands in each book, as a completion says it. */
    private static final String POSITIONS = """
            SELECT reference_id AS key, string_agg(book || ':' || no, ',' ORDER BY book) AS text
              FROM (SELECT reference_id, book, max(no) AS no FROM journals GROUP BY reference_id, book) AS lasts
             GROUP BY reference_id
             ORDER BY reference_id
            """;

    @Override
    public int number() {
        return 8;
    }

    @Override
    public String statement() {
        return "One completion for each completed payment and refund and each decided payout, and none for another";
    }

    @Override
    public void check(Evidence evidence, Violations breaches) throws IOException, SQLException {
        try (SortedFacts completions = evidence.cards();
                SortedFacts positions = evidence.cards();
                RefusedRecords refused = new RefusedRecords(evidence)) {
            evidence.topic(
                    Topics.SETTLEMENT_COMPLETIONS,
                    (record, completed) -> {
                        completions.add(completed.getReferenceId(), outcome(completed));
                        if (completed.getPosition() != null) {
                            positions.add(completed.getReferenceId(), completed.getPosition());
                        }
                    },
                    refused::unreadable);
            Merge.join(evidence.paymentCards(ENDED), completions.sorted(), (reference, ended, completed) -> {
                if (completed.count() > 1) {
                    breaches.add("%s was completed %d times: %s", reference, completed.count(), completed);
                    return;
                }
                if (ended.nothing()) {
                    breaches.lacking(
                            Set.of(Stage.FRONT_DOOR),
                            "%s was completed and its state doesn't say so: %s",
                            reference,
                            completed);
                    return;
                }
                String text = ended.text();
                String outcome = text.substring(0, text.indexOf(" at "));
                Instant at = Instant.ofEpochMilli(Long.parseLong(text.substring(text.indexOf(" at ") + 4)));
                if (completed.nothing()) {
                    if (!Age.mayBeGone(at, Age.COMPLETIONS_KEPT, evidence.now())) {
                        breaches.add("%s is %s without a completion", reference, outcome);
                    }
                } else if (!completed.text().equals(outcome)) {
                    breaches.add("%s is %s and its completion says %s", reference, outcome, completed);
                }
            });
            Merge.join(evidence.ledgerCards(POSITIONS), positions.sorted(), (reference, book, said) -> {
                if (!said.nothing()
                        && !said.texts().keySet().equals(book.texts().keySet())) {
                    breaches.add("%s stands in the books at %s and its completion says %s", reference, book, said);
                }
            });
            refused.areDeadLetters(Stage.FRONT_DOOR, breaches);
        }
    }

    private static String outcome(SettlementCompleted completed) {
        return completed.getKind() + " " + completed.getOutcome()
                + (completed.getRejection() == null ? "" : " " + completed.getRejection()) + " " + completed.getParts();
    }
}
