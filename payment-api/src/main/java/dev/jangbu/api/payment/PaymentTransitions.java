package dev.jangbu.api.payment;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.PaymentApiSettings;
import dev.jangbu.api.database.GroupCommit;
import dev.jangbu.api.database.JsonRecordset;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.outbox.Outbox;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The statement that moves payments to what outcomes make of them, with all that this entails. */
@Component
class PaymentTransitions {

    /**
     * Of {@link Transition}s: those whose payment is as it was, which is seen under its row's lock; of the others nothing but the
     * attempt's note is written. What is done about a row that somebody else has locked differs.
     */
    private static final String MOVE = """
            WITH told AS (
                SELECT *
                  FROM json_to_recordset(CAST(:moves AS json)) AS move (%s)),
            standing AS (
                SELECT told.*
                  FROM told
                 CROSS JOIN LATERAL (
                       SELECT
                         FROM payments
                        WHERE id = told.id AND attempts = told.attempt AND status = told.was AND version = told.seen
                          FOR UPDATE %s) AS locked),
            moved AS (
                UPDATE payments p
                   SET status = standing.status, version = standing.version, cause = standing.cause,
                       decline_code = standing.decline_code, unknown_since = standing.unknown_since,
                       review_reason = standing.review_reason, approved_at = standing.approved_at, lease_until = NULL,
                       next_attempt_at = clock_timestamp() + standing.backoff_ms * interval '1 millisecond'
                  FROM standing
                 WHERE p.id = standing.id
                RETURNING p.id),
            call AS (
                SELECT standing.* FROM standing JOIN moved USING (id)),
            noted AS (
                UPDATE psp_attempts attempt
                   SET outcome = told.outcome, detail = told.detail, ended_at = clock_timestamp()
                  FROM told
                 WHERE attempt.resource_id = told.id AND attempt.operation = told.operation
                       AND attempt.attempt = told.attempt AND attempt.ended_at IS NULL),
            settled AS (
                %s),
            answered AS (
                %s)
            SELECT id FROM moved
            """;

    private static final String TOGETHER = move("SKIP LOCKED");

    private static final String ALONE = move("");

    private final DatabaseClient database;
    private final JsonRecordset json;
    private final GroupCommit<Transition, UUID> together;

    PaymentTransitions(DatabaseClient database, JsonRecordset json, PaymentApiSettings settings, MeterRegistry meters) {
        this.database = database;
        this.json = json;
        this.together = new GroupCommit<>("outcome", Transition::id, this::together, settings.groupCommit(), meters);
    }

    /** What an outcome makes of a payment, and all that this entails, as a row. */
    record Transition(
            UUID id,
            int attempt,
            PaymentStatus was,
            long seen,
            PaymentStatus status,
            long version,
            String cause,
            @Nullable String declineCode,
            @Nullable Instant unknownSince,
            @Nullable String reviewReason,
            @Nullable Instant approvedAt,
            @Nullable Long backoffMs,
            String outcome,
            String detail,
            Instant decidedAt,
            @Nullable String traceparent,
            List<Outbox.Row> requests,
            String operation,
            @Nullable Integer answerStatus,
            @Nullable String answerLocation,
            @Nullable String answerBody) {}

    /**
     * Moves a payment, maybe in one statement with others, outside of any transaction. One that the group leaves out is not
     * as it was, or somebody is at it: then that is waited for, alone.
     *
     * @return the payment's id; empty if it has moved meanwhile
     */
    Mono<UUID> withOthers(Transition move) {
        return together.call(move).switchIfEmpty(Mono.defer(() -> alone(move)));
    }

    /**
     * Moves a payment in a statement of its own, within a transaction if there is one.
     *
     * @return the payment's id; empty if it has moved meanwhile
     */
    Mono<UUID> alone(Transition move) {
        return moved(ALONE, List.of(move)).singleOrEmpty();
    }

    private Mono<Map<UUID, UUID>> together(List<Transition> moves) {
        return moved(TOGETHER, moves).collectMap(Function.identity());
    }

    private Flux<UUID> moved(String sql, List<Transition> moves) {
        return database.sql(sql)
                .bind("moves", json.of(moves))
                .map(row -> required(row, "id", UUID.class))
                .all();
    }

    private static String move(String ofLockedRows) {
        return MOVE.formatted(
                JsonRecordset.columns(Transition.class), ofLockedRows, Outbox.INSERT, IdempotencyKeys.ANSWER_ALL);
    }
}
