package dev.jangbu.api.completion;

import static dev.jangbu.api.database.RowMapping.column;

import dev.jangbu.api.database.RowMapping;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementKind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Records completions and rejections of the streams processor: one statement for each batch. */
@Component
class Completions {

    /**
     * Updates open payments, refunds and payouts, each once even if a batch contains it twice. Returns the indexes of
     * the completions that match neither an open nor a completed one; all parts of the statement see the same snapshot.
     */
    private static final String RECORD = """
            WITH received AS (
                SELECT *
                  FROM unnest(:ids, :kinds, :outcomes, :rejections, :ats, :positions) WITH ORDINALITY
                       AS t (id, kind, outcome, rejection, at, position, ordinal)),
            completed AS (SELECT DISTINCT ON (id, kind) * FROM received ORDER BY id, kind, ordinal),
            paid AS (
                UPDATE payments p
                   SET status = 'COMPLETED', version = p.version + 1, cause = 'completion', completed_at = completed.at,
                       position = nullif(completed.position, '')
                  FROM completed
                 WHERE p.id = completed.id AND completed.kind = 'PAYMENT' AND completed.outcome = 'COMPLETED' AND p.status = 'APPROVED'
                RETURNING 1),
            refunded AS (
                UPDATE refunds r
                   SET status = 'COMPLETED', version = r.version + 1, cause = 'completion', completed_at = completed.at,
                       position = nullif(completed.position, '')
                  FROM completed
                 WHERE r.id = completed.id AND completed.kind = 'REFUND' AND completed.outcome = 'COMPLETED' AND r.status = 'APPROVED'
                RETURNING 1),
            decided AS (
                UPDATE payouts o
                   SET status = CASE completed.outcome WHEN 'COMPLETED' THEN 'BOOKED' ELSE 'REJECTED' END,
                       rejection = CASE completed.outcome WHEN 'COMPLETED' THEN NULL ELSE completed.rejection END,
                       version = o.version + 1, cause = 'completion', decided_at = completed.at,
                       position = nullif(completed.position, '')
                  FROM completed
                 WHERE o.id = completed.id AND completed.kind = 'PAYOUT' AND o.status = 'REQUESTED'
                RETURNING 1)
            SELECT (t.ordinal - 1)::int AS index
              FROM received t
             WHERE NOT EXISTS (SELECT FROM payments p
                                WHERE t.kind = 'PAYMENT' AND p.id = t.id AND p.status IN ('APPROVED', 'COMPLETED'))
               AND NOT EXISTS (SELECT FROM refunds r
                                WHERE t.kind = 'REFUND' AND r.id = t.id AND r.status IN ('APPROVED', 'COMPLETED'))
               AND NOT EXISTS (SELECT FROM payouts o WHERE t.kind = 'PAYOUT' AND o.id = t.id)
             ORDER BY index
            """;

    private final DatabaseClient database;

    Completions(DatabaseClient database) {
        this.database = database;
    }

    /**
     * Records a batch of {@linkplain #validate valid} completions.
     *
     * @return the indexes of the completions that match no payment, refund or payout whose commit is visible yet
     */
    Mono<List<Integer>> record(List<SettlementCompleted> batch) {
        return database.sql(RECORD)
                .bind("ids", column(batch, c -> UUID.fromString(c.getReferenceId()), UUID[]::new))
                .bind("kinds", column(batch, c -> c.getKind().name(), String[]::new))
                .bind("outcomes", column(batch, c -> c.getOutcome().name(), String[]::new))
                .bind("rejections", column(batch, Completions::rejection, String[]::new))
                .bind("positions", column(batch, Completions::position, String[]::new))
                .bind("ats", column(batch, SettlementCompleted::getCompletedAt, Instant[]::new))
                .map(row -> RowMapping.required(row, "index", Integer.class))
                .all()
                .collectList();
    }

    /**
     * Validates a completion: only payouts can be rejected, and the reference must be a UUID. The streams processor
     * never writes an invalid one.
     *
     * @return the reason why it is invalid; empty if it is valid
     */
    static Optional<String> validate(SettlementCompleted completion) {
        boolean possible =
                switch (completion.getOutcome()) {
                    case COMPLETED -> true;
                    case REJECTED -> completion.getKind() == SettlementKind.PAYOUT;
                    case UNKNOWN -> false;
                };
        if (!possible) {
            return Optional.of("a %s can't be %s".formatted(completion.getKind(), completion.getOutcome()));
        }
        try {
            UUID.fromString(completion.getReferenceId());
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of("the referenceId is not a UUID");
        }
    }

    private static String position(SettlementCompleted completion) {
        return completion.getPosition() == null ? "" : completion.getPosition();
    }

    private static String rejection(SettlementCompleted completion) {
        return completion.getRejection() == null
                ? ""
                : completion.getRejection().toString();
    }
}
