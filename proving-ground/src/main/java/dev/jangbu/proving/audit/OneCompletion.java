package dev.jangbu.proving.audit;

import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.Topics;
import dev.jangbu.proving.facts.MergeJoin;
import dev.jangbu.proving.facts.SortedFacts;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Set;

/** Compares the completions with the final states of payments, refunds and payouts. */
final class OneCompletion implements Invariant {

    /** In the format of {@link #outcome}, with the time from which the completion's retention counts. */
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

    /** The number of a reference's last journal in each book, in the format of a completion's position. */
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
        return "Each completed payment and refund and each decided payout has one completion, and there is no other completion";
    }

    @Override
    public void check(AuditSources sources, Violations violations) throws IOException, SQLException {
        try (SortedFacts completions = sources.sortedFacts();
                SortedFacts positions = sources.sortedFacts();
                ExpectedDeadLetters expected = new ExpectedDeadLetters(sources)) {
            sources.topic(
                    Topics.SETTLEMENT_COMPLETIONS,
                    (record, completed) -> {
                        completions.add(completed.getReferenceId(), outcome(completed));
                        if (completed.getPosition() != null) {
                            positions.add(completed.getReferenceId(), completed.getPosition());
                        }
                    },
                    expected::addUnreadable);
            MergeJoin.join(sources.paymentFacts(ENDED), completions.sorted(), (reference, ended, completed) -> {
                if (completed.count() > 1) {
                    violations.add("%s was completed %d times: %s", reference, completed.count(), completed);
                    return;
                }
                if (ended.isEmpty()) {
                    violations.addMissing(
                            Set.of(PipelineStage.PAYMENT_API),
                            "%s was completed and its state is another: %s",
                            reference,
                            completed);
                    return;
                }
                String text = ended.text();
                String outcome = text.substring(0, text.indexOf(" at "));
                Instant at = Instant.ofEpochMilli(Long.parseLong(text.substring(text.indexOf(" at ") + 4)));
                if (completed.isEmpty()) {
                    if (!Retention.mayBeDeleted(at, Retention.COMPLETIONS, sources.now())) {
                        violations.add("%s is %s without a completion", reference, outcome);
                    }
                } else if (!completed.text().equals(outcome)) {
                    violations.add("%s is %s and its completion has %s", reference, outcome, completed);
                }
            });
            MergeJoin.join(sources.ledgerFacts(POSITIONS), positions.sorted(), (reference, journals, completion) -> {
                if (!completion.isEmpty()
                        && !completion.texts().keySet().equals(journals.texts().keySet())) {
                    violations.add(
                            "%s is in the books at %s and its completion has %s", reference, journals, completion);
                }
            });
            expected.verify(PipelineStage.PAYMENT_API, violations);
        }
    }

    private static String outcome(SettlementCompleted completed) {
        return completed.getKind() + " " + completed.getOutcome()
                + (completed.getRejection() == null ? "" : " " + completed.getRejection()) + " " + completed.getParts();
    }
}
