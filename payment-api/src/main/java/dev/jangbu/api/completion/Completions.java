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

/** Writes what the desks have completed or rejected: one statement for a batch, whatever is in it. */
@Component
class Completions {

    /**
     * Only what is open moves; a reference that comes twice in a batch moves once. What neither is open nor was completed before
     * is named, by its place in the batch: all parts of the statement see the same snapshot.
     */
    private static final String RECORD = """
            WITH told AS (
                SELECT *
                  FROM unnest(:ids, :kinds, :outcomes, :rejections, :ats, :positions) WITH ORDINALITY
                       AS t (id, kind, outcome, rejection, at, position, ordinal)),
            done AS (SELECT DISTINCT ON (id, kind) * FROM told ORDER BY id, kind, ordinal),
            paid AS (
                UPDATE payments p
                   SET status = 'COMPLETED', version = p.version + 1, cause = 'completion', completed_at = done.at,
                       position = nullif(done.position, '')
                  FROM done
                 WHERE p.id = done.id AND done.kind = 'PAYMENT' AND done.outcome = 'COMPLETED' AND p.status = 'APPROVED'
                RETURNING 1),
            refunded AS (
                UPDATE refunds r
                   SET status = 'COMPLETED', version = r.version + 1, cause = 'completion', completed_at = done.at,
                       position = nullif(done.position, '')
                  FROM done
                 WHERE r.id = done.id AND done.kind = 'REFUND' AND done.outcome = 'COMPLETED' AND r.status = 'APPROVED'
                RETURNING 1),
            decided AS (
                UPDATE payouts o
                   SET status = CASE done.outcome WHEN 'COMPLETED' THEN 'BOOKED' ELSE 'REJECTED' END,
                       rejection = CASE done.outcome WHEN 'COMPLETED' THEN NULL ELSE done.rejection END,
                       version = o.version + 1, cause = 'completion', decided_at = done.at,
                       position = nullif(done.position, '')
                  FROM done
                 WHERE o.id = done.id AND done.kind = 'PAYOUT' AND o.status = 'REQUESTED'
                RETURNING 1)
            SELECT (t.ordinal - 1)::int AS place
              FROM told t
             WHERE NOT EXISTS (SELECT FROM payments p
                                WHERE t.kind = 'PAYMENT' AND p.id = t.id AND p.status IN ('APPROVED', 'COMPLETED'))
               AND NOT EXISTS (SELECT FROM refunds r
                                WHERE t.kind = 'REFUND' AND r.id = t.id AND r.status IN ('APPROVED', 'COMPLETED'))
               AND NOT EXISTS (SELECT FROM payouts o WHERE t.kind = 'PAYOUT' AND o.id = t.id)
             ORDER BY place
            """;

    private final DatabaseClient database;

    Completions(DatabaseClient database) {
        this.database = database;
    }

    /**
     * Records a batch of completions without an {@linkplain #objection objection}.
     *
     * @return the places in the batch, from 0, of those that nothing waits for: unless its commit isn't visible yet, there is no
     *     such payment, refund or payout
     */
    Mono<List<Integer>> record(List<SettlementCompleted> batch) {
        return database.sql(RECORD)
                .bind("ids", column(batch, c -> UUID.fromString(c.getReferenceId()), UUID[]::new))
                .bind("kinds", column(batch, c -> c.getKind().name(), String[]::new))
                .bind("outcomes", column(batch, c -> c.getOutcome().name(), String[]::new))
                .bind("rejections", column(batch, Completions::rejection, String[]::new))
                .bind("positions", column(batch, Completions::position, String[]::new))
                .bind("ats", column(batch, SettlementCompleted::getCompletedAt, Instant[]::new))
                .map(row -> RowMapping.required(row, "place", Integer.class))
                .all()
                .collectList();
    }

    /**
     * What is wrong with a completion that could be read: no desk of ours writes such a one, and nothing may be built on it.
     * Money that has moved is never rejected; every reference is an id.
     */
    static Optional<String> objection(SettlementCompleted completion) {
        boolean legal =
                switch (completion.getOutcome()) {
                    case COMPLETED -> true;
                    case REJECTED -> completion.getKind() == SettlementKind.PAYOUT;
                    case UNKNOWN -> false;
                };
        if (!legal) {
            return Optional.of("a %s can't be %s".formatted(completion.getKind(), completion.getOutcome()));
        }
        try {
            UUID.fromString(completion.getReferenceId());
            return Optional.empty();
        } catch (IllegalArgumentException noId) {
            return Optional.of("the referenceId is no UUID");
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
