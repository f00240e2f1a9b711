package dev.jangbu.api.payment;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.Bindings;
import dev.jangbu.api.database.GroupCommit;
import dev.jangbu.api.database.JsonRecordset;
import dev.jangbu.api.database.RowMapping;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.settings.PaymentApiSettings;
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
 * Leases and attempts of payments at the PSP. Leases and delays use the database's {@code clock_timestamp()}, the clock
 * that all instances share. Each attempt increments the attempt number; only the last attempt may record an outcome,
 * see {@link RecordOutcome}.
 */
@Component
public class PaymentLeases {

    /**
     * Moves the payments of the CTE {@code ready} from READY to EXECUTING, with payment key, lease and first attempt.
     */
    private static final String START_READY = """
            , started AS (
                UPDATE payments p
                   SET status = 'EXECUTING', version = p.version + 1, cause = 'confirm',
                       payment_key = ready.payment_key, traceparent = ready.traceparent,
                       attempts = p.attempts + 1, first_attempt_at = clock_timestamp(),
                       lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
                  FROM ready
                 WHERE p.id = ready.id AND p.status = 'READY'
                RETURNING p.*),
            attempt_inserted AS (
                INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
                SELECT id, attempts, 'confirm', 'confirm' FROM started)
            """ + PaymentRow.COLUMNS + " FROM started p";

    private static final String START = """
            WITH ready AS (
                SELECT id, CAST(:paymentKey AS text) AS payment_key, CAST(:traceparent AS text) AS traceparent
                  FROM payments
                 WHERE id = :id AND version = :version)
            """ + START_READY;

    /**
     * Starts those {@link Confirmation}s whose payment is READY and unlocked and whose key is free. Rows are locked
     * before keys are taken, as everywhere. A locked row is skipped, so that the batch does not wait for another
     * transaction.
     */
    private static final String START_BATCH =
            """
            WITH requested AS (
                SELECT *
                  FROM json_to_recordset(CAST(:confirmations AS json)) AS confirmation (%s)),
            call AS (
                SELECT requested.*, locked.attempts + 1 AS attempt
                  FROM requested
                 CROSS JOIN LATERAL (
                       SELECT attempts
                         FROM payments
                        WHERE id = requested.id AND status = 'READY' AND amount = requested.amount
                          AND expires_at > clock_timestamp()
                          FOR UPDATE SKIP LOCKED) AS locked),
            acquired AS (
                %s),
            ready AS (
                SELECT id, call.payment_key, call.traceparent FROM call JOIN acquired USING (id))
            """.formatted(JsonRecordset.columns(Confirmation.class), IdempotencyKeys.INSERT_RUNNING) + START_READY;

    private static final String ACCEPT = """
            UPDATE payments
               SET status = 'ACCEPTED', version = version + 1, cause = 'confirm',
                   payment_key = :paymentKey, traceparent = :traceparent,
                   expires_at = clock_timestamp() + :expiryMs * interval '1 millisecond'
             WHERE id = :id AND status = 'READY' AND version = :version
               AND :queueLimit > (SELECT count(*)
                                    FROM (SELECT FROM payments WHERE status = 'ACCEPTED' LIMIT :queueLimit) AS queued)
            """;

    private static final String LEASE_QUEUED = """
            WITH queued AS (
                SELECT id
                  FROM payments
                 WHERE status = 'ACCEPTED' AND expires_at > clock_timestamp()
                 ORDER BY id
                 LIMIT :limit
                   FOR UPDATE SKIP LOCKED),
            started AS (
                UPDATE payments p
                   SET status = 'EXECUTING', version = p.version + 1, cause = 'queue',
                       attempts = p.attempts + 1, first_attempt_at = clock_timestamp(),
                       lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
                  FROM queued
                 WHERE p.id = queued.id
                RETURNING p.id, p.attempts),
            attempt_inserted AS (
                INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
                SELECT id, attempts, 'confirm', 'queue' FROM started)
            SELECT id, attempts FROM started
            """;

    /** Open, without a live lease, and its delay is over. */
    private static final String DUE = """
            status IN ('EXECUTING', 'UNKNOWN')
                   AND (lease_until IS NULL OR lease_until <= clock_timestamp())
                   AND (next_attempt_at IS NULL OR next_attempt_at <= clock_timestamp())
            """;

    private static final String LEASE = """
            WITH due AS (
                SELECT id
                  FROM payments
                 WHERE %s
                   AND %s
                 ORDER BY next_attempt_at NULLS FIRST
                 LIMIT :limit
                   FOR UPDATE SKIP LOCKED),
            leased AS (
                UPDATE payments p
                   SET attempts = p.attempts + 1,
                       lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
                  FROM due
                 WHERE p.id = due.id
                RETURNING p.id, p.attempts),
            attempt_inserted AS (
                INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
                SELECT id, attempts, 'confirm', :cause FROM leased)
            SELECT id, attempts FROM leased
            """;

    private static final String LEASE_DUE = LEASE.formatted(DUE, "true");
    private static final String LEASE_ONE = LEASE.formatted(DUE, "id = :id");

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
                new GroupCommit<>("confirm", Confirmation::id, this::startBatch, settings.groupCommit(), meters);
    }

    /** One row of the batch statement: a payment to charge, and the idempotency key of its call. */
    private record Confirmation(
            UUID id,
            long amount,
            String key,
            byte[] fingerprint,
            String operation,
            String paymentKey,
            String traceparent) {}

    /** READY to EXECUTING, with a lease and the first attempt. The caller holds the row lock and the key. */
    Mono<Payment> start(Payment payment, String paymentKey, String traceparent) {
        return new Bindings()
                .with("id", payment.id())
                .with("version", payment.version())
                .with("paymentKey", paymentKey)
                .with("traceparent", traceparent)
                .with("leaseMs", lease.toMillis())
                .bindTo(database.sql(START))
                .map(rows::read)
                .one()
                .switchIfEmpty(Mono.error(() -> new IllegalStateException("A locked row changed")));
    }

    /**
     * Acquires the key and starts the payment in one statement, shared with concurrent calls. Requires a payment in
     * READY, its amount and a new key. Empty, with nothing changed, if one of them is missing.
     */
    Mono<Payment> startFastPath(
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

    private Mono<Map<UUID, Payment>> startBatch(List<Confirmation> batch) {
        return database.sql(START_BATCH)
                .bind("confirmations", json.of(batch))
                .bind("leaseMs", lease.toMillis())
                .map(rows::read)
                .all()
                .collectMap(Payment::id);
    }

    /**
     * READY to ACCEPTED; the caller holds the row lock. Concurrent transactions don't see each other's rows, so the
     * queue may exceed its limit by the number of connections.
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

    /** ACCEPTED to EXECUTING for the oldest queued payments, each with a lease and its first attempt. */
    public Flux<WorkLease> leaseQueued(int limit, Duration lease) {
        return database.sql(LEASE_QUEUED)
                .bind("limit", limit)
                .bind("leaseMs", lease.toMillis())
                .map(PaymentLeases::workLease)
                .all();
    }

    /** Leases open payments without a live lease whose delay is over. */
    public Flux<WorkLease> leaseDue(int limit, Duration lease) {
        return lease(database.sql(LEASE_DUE), limit, "recovery", lease);
    }

    /** Leases this payment, if it is open, has no live lease and its delay is over; empty otherwise. */
    public Mono<WorkLease> leaseDue(UUID id, String cause, Duration lease) {
        return lease(database.sql(LEASE_ONE).bind("id", id), 1, cause, lease).singleOrEmpty();
    }

    private static Flux<WorkLease> lease(
            DatabaseClient.GenericExecuteSpec statement, int limit, String cause, Duration lease) {
        return statement
                .bind("limit", limit)
                .bind("cause", cause)
                .bind("leaseMs", lease.toMillis())
                .map(PaymentLeases::workLease)
                .all();
    }

    private static WorkLease workLease(Readable row) {
        return new WorkLease(required(row, "id", UUID.class), required(row, "attempts", Integer.class));
    }
}
