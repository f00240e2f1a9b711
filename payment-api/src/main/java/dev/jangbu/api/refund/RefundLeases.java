package dev.jangbu.api.refund;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.RowMapping;
import dev.jangbu.api.payment.WorkLease;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Refunds on their way to the PSP and back, as {@link dev.jangbu.api.payment.PaymentLeases} for payments: leases in the
 * database's time, and only the last attempt may record an outcome.
 */
@Component
public class RefundLeases {

    private static final String CLAIM = """
            WITH due AS (
                SELECT id
                  FROM refunds
                 WHERE status IN ('EXECUTING', 'UNKNOWN')
                   AND (lease_until IS NULL OR lease_until <= clock_timestamp())
                   AND (next_attempt_at IS NULL OR next_attempt_at <= clock_timestamp())
                   AND %s
                 ORDER BY next_attempt_at NULLS FIRST
                 LIMIT :limit
                   FOR UPDATE SKIP LOCKED),
            claimed AS (
                UPDATE refunds r
                   SET attempts = r.attempts + 1,
                       lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
                  FROM due
                 WHERE r.id = due.id
                RETURNING r.id, r.attempts),
            noted AS (
                INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
                SELECT id, attempts, 'refund', 'recovery' FROM claimed)
            SELECT id, attempts FROM claimed
            """;

    private static final String CLAIM_DUE = CLAIM.formatted("true");
    private static final String CLAIM_OF_PAYMENT = CLAIM.formatted("payment_id = :paymentId");

    private static final String APPROVE = """
            UPDATE refunds
               SET status = 'APPROVED', version = version + 1, cause = :cause, approved_at = :at,
                   lease_until = NULL, next_attempt_at = NULL
             WHERE id = :id AND attempts = :attempt AND status IN ('EXECUTING', 'UNKNOWN')
            """;

    private static final String FAIL = """
            UPDATE refunds
               SET status = 'FAILED', version = version + 1, cause = :cause, failure_code = :code,
                   lease_until = NULL, next_attempt_at = NULL
             WHERE id = :id AND attempts = :attempt AND status IN ('EXECUTING', 'UNKNOWN')
            """;

    private static final String UNKNOWN = """
            UPDATE refunds
               SET status = 'UNKNOWN', version = version + CASE status WHEN 'UNKNOWN' THEN 0 ELSE 1 END, cause = :cause,
                   lease_until = NULL, next_attempt_at = clock_timestamp() + :backoffMs * interval '1 millisecond'
             WHERE id = :id AND attempts = :attempt AND status IN ('EXECUTING', 'UNKNOWN')
            """;

    private static final String REVIEW = """
            UPDATE refunds
               SET status = 'REVIEW', version = version + 1, cause = :cause, review_reason = :reason,
                   lease_until = NULL, next_attempt_at = NULL
             WHERE id = :id AND attempts = :attempt AND status IN ('EXECUTING', 'UNKNOWN')
            """;

    private static final String APPROVE_AFTER_REVIEW = """
            UPDATE refunds
               SET status = 'APPROVED', version = version + 1, cause = 'resolve', approved_at = :at
             WHERE id = :id AND status = 'REVIEW' AND version = :version
            """;

    private static final String FAIL_AFTER_REVIEW = """
            UPDATE refunds
               SET status = 'FAILED', version = version + 1, cause = 'resolve', failure_code = :code
             WHERE id = :id AND status = 'REVIEW' AND version = :version
            """;

    private static final String NOTE = """
            UPDATE psp_attempts
               SET outcome = :outcome, detail = :detail, ended_at = clock_timestamp()
             WHERE resource_id = :id AND operation = 'refund' AND attempt = :attempt
            """;

    private final DatabaseClient database;

    RefundLeases(DatabaseClient database) {
        this.database = database;
    }

    /** Claims what nobody is at: leases that ran out and delays that are over; never another's live work. */
    public Flux<WorkLease> claimDue(int limit, Duration lease) {
        return claim(database.sql(CLAIM_DUE), limit, lease);
    }

    /** Claims the payment's open refund, if it has one and nobody is at it; empty if not. */
    Mono<WorkLease> claimDueOf(UUID paymentId, Duration lease) {
        return claim(database.sql(CLAIM_OF_PAYMENT).bind("paymentId", paymentId), 1, lease)
                .singleOrEmpty();
    }

    private static Flux<WorkLease> claim(DatabaseClient.GenericExecuteSpec statement, int limit, Duration lease) {
        return statement
                .bind("limit", limit)
                .bind("leaseMs", lease.toMillis())
                .map(row -> new WorkLease(required(row, "id", UUID.class), required(row, "attempts", Integer.class)))
                .all();
    }

    /** Whether this attempt still stood and is now APPROVED. */
    Mono<Boolean> approve(Refund refund, String cause, Instant at) {
        return RowMapping.changed(outcome(APPROVE, refund, cause).bind("at", at));
    }

    /** Whether this attempt still stood and is now FAILED. */
    Mono<Boolean> fail(Refund refund, String cause, String code) {
        return RowMapping.changed(outcome(FAIL, refund, cause).bind("code", code));
    }

    /** Whether this attempt still stood and is now UNKNOWN, to be asked again after the delay. */
    Mono<Boolean> unknown(Refund refund, String cause, Duration backoff) {
        return RowMapping.changed(outcome(UNKNOWN, refund, cause).bind("backoffMs", backoff.toMillis()));
    }

    /** Whether this attempt still stood and is now in REVIEW. */
    Mono<Boolean> review(Refund refund, String cause, String reason) {
        return RowMapping.changed(outcome(REVIEW, refund, cause).bind("reason", reason));
    }

    /** REVIEW to APPROVED; the refund's row is locked. */
    Mono<Void> approveAfterReview(Refund refund, Instant at) {
        return RowMapping.changeOne(afterReview(APPROVE_AFTER_REVIEW, refund).bind("at", at));
    }

    /** REVIEW to FAILED; the refund's row is locked. */
    Mono<Void> failAfterReview(Refund refund, String code) {
        return RowMapping.changeOne(afterReview(FAIL_AFTER_REVIEW, refund).bind("code", code));
    }

    private DatabaseClient.GenericExecuteSpec afterReview(String sql, Refund refund) {
        return database.sql(sql).bind("id", refund.id()).bind("version", refund.version());
    }

    /** Notes what came of an attempt, for people. */
    Mono<Void> note(Refund refund, String outcome, String detail) {
        return database.sql(NOTE)
                .bind("id", refund.id())
                .bind("attempt", refund.attempts())
                .bind("outcome", outcome)
                .bind("detail", detail)
                .fetch()
                .rowsUpdated()
                .then();
    }

    private DatabaseClient.GenericExecuteSpec outcome(String sql, Refund refund, String cause) {
        return database.sql(sql)
                .bind("id", refund.id())
                .bind("attempt", refund.attempts())
                .bind("cause", cause);
    }
}
