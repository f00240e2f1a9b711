package dev.jangbu.payment.payment;

import static dev.jangbu.payment.database.Rows.required;

import dev.jangbu.payment.database.Rows;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Payments on their way to the PSP and back: leases, attempts, outcomes. Leases and delays are in the database's time
 * ({@code clock_timestamp()}), the one clock that all instances share. Whoever sets out counts the attempts up, and only the
 * last may record an outcome: a slower one matches no row.
 */
@Component
public class PaymentAttempts {

    private static final String BEGIN = """
            WITH begun AS (
                UPDATE payments
                   SET status = 'EXECUTING', version = version + 1, cause = 'confirm',
                       payment_key = :paymentKey, traceparent = :traceparent,
                       attempts = attempts + 1, first_attempt_at = clock_timestamp(),
                       lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
                 WHERE id = :id AND status = 'READY' AND version = :version
                RETURNING id, attempts)
            INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
            SELECT id, attempts, 'confirm', 'confirm' FROM begun
            """;

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

    private static final String APPROVE = """
            UPDATE payments
               SET status = 'APPROVED', version = version + 1, cause = :cause, approved_at = :at,
                   lease_until = NULL, next_attempt_at = NULL, unknown_since = NULL
             WHERE id = :id AND attempts = :attempt AND status IN ('EXECUTING', 'UNKNOWN')
            """;

    private static final String DECLINE = """
            UPDATE payments
               SET status = 'DECLINED', version = version + 1, cause = :cause, decline_code = :code,
                   lease_until = NULL, next_attempt_at = NULL, unknown_since = NULL
             WHERE id = :id AND attempts = :attempt AND status IN ('EXECUTING', 'UNKNOWN')
            """;

    private static final String UNKNOWN = """
            UPDATE payments
               SET status = 'UNKNOWN', version = version + CASE status WHEN 'UNKNOWN' THEN 0 ELSE 1 END, cause = :cause,
                   unknown_since = coalesce(unknown_since, :at), lease_until = NULL,
                   next_attempt_at = clock_timestamp() + :backoffMs * interval '1 millisecond'
             WHERE id = :id AND attempts = :attempt AND status IN ('EXECUTING', 'UNKNOWN')
            """;

    private static final String REVIEW = """
            UPDATE payments
               SET status = 'REVIEW', version = version + 1, cause = :cause, review_reason = :reason,
                   lease_until = NULL, next_attempt_at = NULL
             WHERE id = :id AND attempts = :attempt AND status IN ('EXECUTING', 'UNKNOWN')
            """;

    private static final String APPROVE_AFTER_REVIEW = """
            UPDATE payments
               SET status = 'APPROVED', version = version + 1, cause = 'resolve', approved_at = :at, unknown_since = NULL
             WHERE id = :id AND status = 'REVIEW' AND version = :version
            """;

    private static final String DECLINE_AFTER_REVIEW = """
            UPDATE payments
               SET status = 'DECLINED', version = version + 1, cause = 'resolve', decline_code = :code, unknown_since = NULL
             WHERE id = :id AND status = 'REVIEW' AND version = :version
            """;

    private static final String NOTE = """
            UPDATE psp_attempts
               SET outcome = :outcome, detail = :detail, ended_at = clock_timestamp()
             WHERE resource_id = :id AND operation = 'confirm' AND attempt = :attempt
            """;

    private final DatabaseClient database;

    PaymentAttempts(DatabaseClient database) {
        this.database = database;
    }

    /** READY to EXECUTING, with a lease and the first attempt; the payment's row is locked. */
    Mono<Void> begin(Payment payment, String paymentKey, String traceparent, Duration lease) {
        return Rows.changeOne(database.sql(BEGIN)
                .bind("id", payment.id())
                .bind("version", payment.version())
                .bind("paymentKey", paymentKey)
                .bind("traceparent", traceparent)
                .bind("leaseMs", lease.toMillis()));
    }

    /**
     * READY to ACCEPTED; the payment's row is locked. Those who do so at the same moment don't see one another, so the queue
     * may grow beyond its limit by as many as there are connections.
     *
     * @return whether the queue had room
     */
    Mono<Boolean> accept(Payment payment, String paymentKey, String traceparent, Duration expiryAfter, int queueLimit) {
        return Rows.changed(database.sql(ACCEPT)
                .bind("id", payment.id())
                .bind("version", payment.version())
                .bind("paymentKey", paymentKey)
                .bind("traceparent", traceparent)
                .bind("expiryMs", expiryAfter.toMillis())
                .bind("queueLimit", queueLimit));
    }

    /** ACCEPTED to EXECUTING for the first in the queue, each with a lease and its first attempt. */
    public Flux<Claimed> claimQueued(int limit, Duration lease) {
        return database.sql(CLAIM_QUEUED)
                .bind("limit", limit)
                .bind("leaseMs", lease.toMillis())
                .map(PaymentAttempts::claimed)
                .all();
    }

    /** Claims what nobody is at: leases that ran out and delays that are over; never another's live work. */
    public Flux<Claimed> claimDue(int limit, Duration lease) {
        return claim(database.sql(CLAIM_DUE), limit, "recovery", lease);
    }

    /** Claims this payment, if it is open and nobody is at it; empty if not. */
    public Mono<Claimed> claimDue(UUID id, String cause, Duration lease) {
        return claim(database.sql(CLAIM_ONE).bind("id", id), 1, cause, lease).next();
    }

    private static Flux<Claimed> claim(
            DatabaseClient.GenericExecuteSpec statement, int limit, String cause, Duration lease) {
        return statement
                .bind("limit", limit)
                .bind("cause", cause)
                .bind("leaseMs", lease.toMillis())
                .map(PaymentAttempts::claimed)
                .all();
    }

    private static Claimed claimed(Readable row) {
        return new Claimed(required(row, "id", UUID.class), required(row, "attempts", Integer.class));
    }

    /** Whether this attempt still stood and is now APPROVED. */
    Mono<Boolean> approve(UUID id, int attempt, String cause, Instant at) {
        return Rows.changed(outcome(APPROVE, id, attempt, cause).bind("at", at));
    }

    /** Whether this attempt still stood and is now DECLINED. */
    Mono<Boolean> decline(UUID id, int attempt, String cause, String code) {
        return Rows.changed(outcome(DECLINE, id, attempt, cause).bind("code", code));
    }

    /** Whether this attempt still stood and is now UNKNOWN, to be asked again after the delay. */
    Mono<Boolean> unknown(UUID id, int attempt, String cause, Instant at, Duration backoff) {
        return Rows.changed(outcome(UNKNOWN, id, attempt, cause).bind("at", at).bind("backoffMs", backoff.toMillis()));
    }

    /** Whether this attempt still stood and is now in REVIEW. */
    Mono<Boolean> review(UUID id, int attempt, String cause, String reason) {
        return Rows.changed(outcome(REVIEW, id, attempt, cause).bind("reason", reason));
    }

    /** REVIEW to APPROVED; the payment's row is locked. */
    Mono<Void> approveAfterReview(Payment payment, Instant at) {
        return Rows.changeOne(database.sql(APPROVE_AFTER_REVIEW)
                .bind("id", payment.id())
                .bind("version", payment.version())
                .bind("at", at));
    }

    /** REVIEW to DECLINED; the payment's row is locked. */
    Mono<Void> declineAfterReview(Payment payment, String code) {
        return Rows.changeOne(database.sql(DECLINE_AFTER_REVIEW)
                .bind("id", payment.id())
                .bind("version", payment.version())
                .bind("code", code));
    }

    /** Notes what came of an attempt, for people. */
    Mono<Void> note(UUID id, int attempt, String outcome, String detail) {
        return database.sql(NOTE)
                .bind("id", id)
                .bind("attempt", attempt)
                .bind("outcome", outcome)
                .bind("detail", detail)
                .fetch()
                .rowsUpdated()
                .then();
    }

    private DatabaseClient.GenericExecuteSpec outcome(String sql, UUID id, int attempt, String cause) {
        return database.sql(sql).bind("id", id).bind("attempt", attempt).bind("cause", cause);
    }
}
