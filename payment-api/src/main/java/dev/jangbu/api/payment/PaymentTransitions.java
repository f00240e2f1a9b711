package dev.jangbu.api.payment;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.GroupCommit;
import dev.jangbu.api.database.JsonRecordset;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.outbox.Outbox;
import dev.jangbu.api.settings.PaymentApiSettings;
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

/** The statement that records outcomes: status, outbox rows, ended attempts and stored responses of payments. */
@Component
class PaymentTransitions {

    /**
     * Applies those {@link Transition}s whose payment still has the expected attempt, status and version, compared
     * under its row lock. Of the others it only ends the attempt. The batched variant skips locked rows, the single one
     * waits for the lock.
     */
    private static final String TRANSITION = """
            WITH requested AS (
                SELECT *
                  FROM json_to_recordset(CAST(:transitions AS json)) AS transition (%s)),
            matching AS (
                SELECT requested.*
                  FROM requested
                 CROSS JOIN LATERAL (
                       SELECT
                         FROM payments
                        WHERE id = requested.id AND attempts = requested.attempt
                              AND status = requested.from_status AND version = requested.from_version
                          FOR UPDATE %s) AS locked),
            updated AS (
                UPDATE payments p
                   SET status = matching.status, version = matching.version, cause = matching.cause,
                       decline_code = matching.decline_code, unknown_since = matching.unknown_since,
                       review_reason = matching.review_reason, approved_at = matching.approved_at, lease_until = NULL,
                       next_attempt_at = clock_timestamp() + matching.backoff_ms * interval '1 millisecond'
                  FROM matching
                 WHERE p.id = matching.id
                RETURNING p.id),
            call AS (
                SELECT matching.* FROM matching JOIN updated USING (id)),
            attempts_ended AS (
                UPDATE psp_attempts attempt
                   SET outcome = requested.outcome, detail = requested.detail, ended_at = clock_timestamp()
                  FROM requested
                 WHERE attempt.resource_id = requested.id AND attempt.operation = requested.operation
                       AND attempt.attempt = requested.attempt AND attempt.ended_at IS NULL),
            outbox_inserted AS (
                %s),
            responses_stored AS (
                %s)
            SELECT id FROM updated
            """;

    private static final String BATCHED = transition("SKIP LOCKED");

    private static final String SINGLE = transition("");

    private final DatabaseClient database;
    private final JsonRecordset json;
    private final GroupCommit<Transition, UUID> groupCommit;

    PaymentTransitions(DatabaseClient database, JsonRecordset json, PaymentApiSettings settings, MeterRegistry meters) {
        this.database = database;
        this.json = json;
        this.groupCommit = new GroupCommit<>("outcome", Transition::id, this::batch, settings.groupCommit(), meters);
    }

    /** One row of the transition statement: the new status, outbox rows and stored response of a payment. */
    record Transition(
            UUID id,
            int attempt,
            PaymentStatus fromStatus,
            long fromVersion,
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
     * Applies a transition in a statement shared with concurrent ones, outside any transaction. If the batch skips it,
     * because the payment has changed or is locked, it is applied alone.
     *
     * @return the payment's id; empty if the payment has changed
     */
    Mono<UUID> batched(Transition transition) {
        return groupCommit.call(transition).switchIfEmpty(Mono.defer(() -> single(transition)));
    }

    /**
     * Applies a transition in its own statement, within the caller's transaction if there is one.
     *
     * @return the payment's id; empty if the payment has changed
     */
    Mono<UUID> single(Transition transition) {
        return apply(SINGLE, List.of(transition)).singleOrEmpty();
    }

    private Mono<Map<UUID, UUID>> batch(List<Transition> transitions) {
        return apply(BATCHED, transitions).collectMap(Function.identity());
    }

    private Flux<UUID> apply(String sql, List<Transition> transitions) {
        return database.sql(sql)
                .bind("transitions", json.of(transitions))
                .map(row -> required(row, "id", UUID.class))
                .all();
    }

    private static String transition(String lockedRows) {
        return TRANSITION.formatted(
                JsonRecordset.columns(Transition.class), lockedRows, Outbox.INSERT, IdempotencyKeys.STORE_RESPONSES);
    }
}
