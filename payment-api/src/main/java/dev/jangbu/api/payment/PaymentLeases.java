package dev.jangbu.api.payment;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.PaymentApiSettings;
import dev.jangbu.api.database.Bindings;
import dev.jangbu.api.database.GroupCommit;
import dev.jangbu.api.database.JsonRecordset;
import dev.jangbu.api.database.RowMapping;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import io.micrometer.core.instrument.MeterRegistry;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Payments on their way to the PSP: leases and attempts. Leases and delays are in the database's time
 * ({@code clock_timestamp()}), the one clock that all instances share. Whoever sets out counts the attempts up, and only the
 * last may record an outcome, see {@link RecordOutcome}.
 */
@Component
public class PaymentLeases {

    /** What is {@code ready} goes from READY to EXECUTING, with its key at the PSP, a lease and its first attempt. */
    private static final String BEGUN = """
            , begun AS (
                UPDATE payments p
                   SET status = 'EXECUTING', version = p.version + 1, cause = 'confirm',
                       payment_key = ready.payment_key, traceparent = ready.traceparent,
                       attempts = p.attempts + 1, first_attempt_at = clock_timestamp(),
                       lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
                  FROM ready
                 WHERE p.id = ready.id AND p.status = 'READY'
                RETURNING p.*),
            noted AS (
                INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
                SELECT id, attempts, 'confirm', 'confirm' FROM begun)
            """ + PaymentRow.COLUMNS + " FROM begun p";

    private static final String BEGIN = """
            WITH ready AS (
                SELECT id, CAST(:paymentKey AS text) AS payment_key, CAST(:traceparent AS text) AS traceparent
                  FROM payments
                 WHERE id = :id AND version = :version)
            """ + BEGUN;

    /**
     * Of {@link Confirmation}s: those of payments that wait for them, whose key is free. RowMapping are locked before keys are taken,
     * as by everybody; a row that somebody is at is left out, so that nobody here waits for what isn't his.
     */
    private static final String BEGIN_AT_ONCE =
            """
            WITH asked AS (
                SELECT *
                  FROM json_to_recordset(CAST(:confirmations AS json)) AS confirmation (%s)),
            call AS (
                SELECT asked.*, locked.attempts + 1 AS attempt
                  FROM asked
                 CROSS JOIN LATERAL (
                       SELECT attempts
                         FROM payments
                        WHERE id = asked.id AND status = 'READY' AND amount = asked.amount
                          AND expires_at > clock_timestamp()
                          FOR UPDATE SKIP LOCKED) AS locked),
            taken AS (
                %s),
            ready AS (
                SELECT id, call.payment_key, call.traceparent FROM call JOIN taken USING (id))
            """.formatted(JsonRecordset.columns(Confirmation.class), IdempotencyKeys.TAKE_RUNNING) + BEGUN;

    private static final String ACCEPT = """
            UPDATE payments
               SET status = 'ACCEPTED', version = version + 1, cause = 'confirm',
                   payment_key = :paymentKey, traceparent = :traceparent,
                   expires_at = clock_timestamp() + :expiryMs * interval '1 millisecond'
             WHERE id = :id AND status = 'READY' AND version = :version
               AND :queueLimit > (SELECT count(*)
                                    FROM (SELECT FROM payments WHERE status = 'ACCEPTED' LIMIT :queueLimit) AS queued)
            """;

    private static final String CLAIM_QUEUED = """
            WITH next AS (
                SELECT id
                  FROM payments
                 WHERE status = 'ACCEPTED' AND expires_at > clock_timestamp()
                 ORDER BY id
                 LIMIT :limit
                   FOR UPDATE SKIP LOCKED),
            begun AS (
                UPDATE payments p
                   SET status = 'EXECUTING', version = p.version + 1, cause = 'queue',
                       attempts = p.attempts + 1, first_attempt_at = clock_timestamp(),
                       lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
                  FROM next
                 WHERE p.id = next.id
                RETURNING p.id, p.attempts),
            noted AS (
                INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
                SELECT id, attempts, 'confirm', 'queue' FROM begun)
            SELECT id, attempts FROM begun
            """;

    /** Open, and nobody is at it. */
    private static final String DUE = """
            status IN ('EXECUTING', 'UNKNOWN')
                   AND (lease_until IS NULL OR lease_until <= clock_timestamp())
                   AND (next_attempt_at IS NULL OR next_attempt_at <= clock_timestamp())
            """;

    private static final String CLAIM = """
            WITH due AS (
                SELECT id
                  FROM payments
                 WHERE %s
                   AND %s
                 ORDER BY next_attempt_at NULLS FIRST
                 LIMIT :limit
                   FOR UPDATE SKIP LOCKED),
            claimed AS (
                UPDATE payments p
                   SET attempts = p.attempts + 1,
                       lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
                  FROM due
                 WHERE p.id = due.id
                RETURNING p.id, p.attempts),
            noted AS (
                INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
                SELECT id, attempts, 'confirm', :cause FROM claimed)
            SELECT id, attempts FROM claimed
            """;

    private static final String CLAIM_DUE = CLAIM.formatted(DUE, "true");
    private static final String CLAIM_ONE = CLAIM.formatted(DUE, "id = :id");

    private final DatabaseClient database;
    private final PaymentRow rows;
    private final JsonRecordset json;
    private final Duration lease;
    private final GroupCommit<Confirmation, Payment> confirmations;

    PaymentLeases(
            DatabaseClient database,
            PaymentRow rows,
            JsonRecordset json,
            PaymentApiSettings settings,
            MeterRegistry meters) {
        this.database = database;
        this.rows = rows;
        this.json = json;
        this.lease = settings.lease();
        this.confirmations =
                new GroupCommit<>("confirm", Confirmation::id, this::beginFastPath, settings.groupCommit(), meters);
    }

    /** A payment that is to go to the PSP, and the call that asks for it, as a row. */
    private record Confirmation(
            UUID id,
            long amount,
            String key,
            byte[] fingerprint,
            String operation,
            String paymentKey,
            String traceparent) {}

    /** READY to EXECUTING, with a lease and the first attempt; the payment's row is locked, its key taken. */
    Mono<Payment> begin(Payment payment, String paymentKey, String traceparent) {
        return new Bindings()
                .with("id", payment.id())
                .with("version", payment.version())
                .with("paymentKey", paymentKey)
                .with("traceparent", traceparent)
                .with("leaseMs", lease.toMillis())
                .in(database.sql(BEGIN))
                .map(rows::read)
                .one()
                .switchIfEmpty(Mono.error(() -> new IllegalStateException("A locked row changed under its lock")));
    }

    /**
     * The same in one statement with the taking of the key, maybe with those of others, if nothing is in the way: a payment in
     * READY, its amount, a key that is new. Empty if something is, and then nothing has changed.
     */
    Mono<Payment> beginFastPath(
            UUID id, ConfirmRequest.Valid request, IdempotencyKey key, Fingerprint fingerprint, String traceparent) {
        return confirmations.call(new Confirmation(
                id,
                request.amount(),
                key.text(),
                fingerprint.sha256(),
                ConfirmPayment.OPERATION,
                request.paymentKey(),
                traceparent));
    }

    private Mono<Map<UUID, Payment>> beginFastPath(List<Confirmation> together) {
        return database.sql(BEGIN_AT_ONCE)
                .bind("confirmations", json.of(together))
                .bind("leaseMs", lease.toMillis())
                .map(rows::read)
                .all()
                .collectMap(Payment::id);
    }

    /**
     * READY to ACCEPTED; the payment's row is locked. Those who do so at the same moment don't see one another, so the queue
     * may grow beyond its limit by as many as there are connections.
     *
     * @return whether the queue had room
     */
    Mono<Boolean> accept(Payment payment, String paymentKey, String traceparent, Duration expiryAfter, int queueLimit) {
        return RowMapping.changed(database.sql(ACCEPT)
                .bind("id", payment.id())
                .bind("version", payment.version())
                .bind("paymentKey", paymentKey)
                .bind("traceparent", traceparent)
                .bind("expiryMs", expiryAfter.toMillis())
                .bind("queueLimit", queueLimit));
    }

    /** ACCEPTED to EXECUTING for the first in the queue, each with a lease and its first attempt. */
    public Flux<WorkLease> claimQueued(int limit, Duration lease) {
        return database.sql(CLAIM_QUEUED)
                .bind("limit", limit)
                .bind("leaseMs", lease.toMillis())
                .map(PaymentLeases::claimed)
                .all();
    }

    /** Claims what nobody is at: leases that ran out and delays that are over; never another's live work. */
    public Flux<WorkLease> claimDue(int limit, Duration lease) {
        return claim(database.sql(CLAIM_DUE), limit, "recovery", lease);
    }

    /** Claims this payment, if it is open and nobody is at it; empty if not. */
    public Mono<WorkLease> claimDue(UUID id, String cause, Duration lease) {
        return claim(database.sql(CLAIM_ONE).bind("id", id), 1, cause, lease).singleOrEmpty();
    }

    private static Flux<WorkLease> claim(
            DatabaseClient.GenericExecuteSpec statement, int limit, String cause, Duration lease) {
        return statement
                .bind("limit", limit)
                .bind("cause", cause)
                .bind("leaseMs", lease.toMillis())
                .map(PaymentLeases::claimed)
                .all();
    }

    private static WorkLease claimed(Readable row) {
        return new WorkLease(required(row, "id", UUID.class), required(row, "attempts", Integer.class));
    }
}
