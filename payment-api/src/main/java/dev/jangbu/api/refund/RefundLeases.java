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
 * Leases, attempts and outcomes of refunds. As in {@link dev.jangbu.api.payment.PaymentLeases}, leases use the
 * database's clock and only the last attempt may record an outcome.
 */
@Component
public class RefundLeases {

    private static final String LEASE = """
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
            leased AS (
                UPDATE refunds r
                   SET attempts = r.attempts + 1,
                       lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
                  FROM due
                 WHERE r.id = due.id
                RETURNING r.id, r.attempts),
            attempt_inserted AS (
                INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
                SELECT id, attempts, 'refund', 'recovery' FROM leased)
            SELECT id, attempts FROM leased
            """;

    private static final String LEASE_DUE = LEASE.formatted("true");
    private static final String LEASE_OF_PAYMENT = LEASE.formatted("payment_id = :paymentId");

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

    private static final String END_ATTEMPT = """
            UPDATE psp_attempts
               SET outcome = :outcome, detail = :detail, ended_at = clock_timestamp()
             WHERE resource_id = :id AND operation = 'refund' AND attempt = :attempt
            """;

    private final DatabaseClient database;

    RefundLeases(DatabaseClient database) {
        this.database = database;
    }

    /** Leases open refunds without a live lease whose delay is over. */
    public Flux<WorkLease> leaseDue(int limit, Duration lease) {
        return lease(database.sql(LEASE_DUE), limit, lease);
    }

    /** Leases the payment's open refund, if it has one without a live lease; empty otherwise. */
    Mono<WorkLease> leaseDueOf(UUID paymentId, Duration lease) {
        return lease(database.sql(LEASE_OF_PAYMENT).bind("paymentId", paymentId), 1, lease)
                .singleOrEmpty();
    }

    private static Flux<WorkLease> lease(DatabaseClient.GenericExecuteSpec statement, int limit, Duration lease) {
        return statement
                .bind("limit", limit)
                .bind("leaseMs", lease.toMillis())
                .map(row -> new WorkLease(required(row, "id", UUID.class), required(row, "attempts", Integer.class)))
                .all();
    }

    /** Sets APPROVED; false if this is no longer the last attempt. */
    Mono<Boolean> approve(Refund refund, String cause, Instant at) {
        return RowMapping.changed(outcome(APPROVE, refund, cause).bind("at", at));
    }

    /** Sets FAILED; false if this is no longer the last attempt. */
    Mono<Boolean> fail(Refund refund, String cause, String code) {
        return RowMapping.changed(outcome(FAIL, refund, cause).bind("code", code));
    }

    /** Sets UNKNOWN, with a delay before the next inquiry; false if this is no longer the last attempt. */
    Mono<Boolean> unknown(Refund refund, String cause, Duration backoff) {
        return RowMapping.changed(outcome(UNKNOWN, refund, cause).bind("backoffMs", backoff.toMillis()));
    }

    /** Sets REVIEW; false if this is no longer the last attempt. */
    Mono<Boolean> review(Refund refund, String cause, String reason) {
        return RowMapping.changed(outcome(REVIEW, refund, cause).bind("reason", reason));
    }

    /** REVIEW to APPROVED; the caller holds the row lock. */
    Mono<Void> approveAfterReview(Refund refund, Instant at) {
        return RowMapping.changeOne(afterReview(APPROVE_AFTER_REVIEW, refund).bind("at", at));
    }

    /** REVIEW to FAILED; the caller holds the row lock. */
    Mono<Void> failAfterReview(Refund refund, String code) {
        return RowMapping.changeOne(afterReview(FAIL_AFTER_REVIEW, refund).bind("code", code));
    }

    private DatabaseClient.GenericExecuteSpec afterReview(String sql, Refund refund) {
        return database.sql(sql).bind("id", refund.id()).bind("version", refund.version());
    }

    /** Writes the outcome of an attempt to its row, for operators. */
    Mono<Void> endAttempt(Refund refund, String outcome, String detail) {
        return database.sql(END_ATTEMPT)
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
