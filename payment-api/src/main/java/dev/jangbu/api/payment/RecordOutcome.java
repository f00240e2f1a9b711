package dev.jangbu.api.payment;

import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.outbox.Outbox;
import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.ProblemCode;
import dev.jangbu.contract.SettlementRequested;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * T2 of a confirmation: records the outcome of an attempt in one commit. Used by the request, its repetition and the
 * recovery.
 *
 * <ul>
 *   <li>It writes the payment's status and history, the outbox rows of the settlement, and the response of every
 *       idempotency key that waits for the outcome.
 *   <li>Only the payment's last attempt may write. An older attempt matches no row and returns the stored payment.
 * </ul>
 */
@Component
public class RecordOutcome {

    /**
     * Timeout of a transaction that records an outcome: a database that does not answer counts as unavailable, and the
     * waiting client gets a 503.
     */
    public static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(RecordOutcome.class);

    private static final Retry TRANSIENT_FAILURES = Retry.backoff(2, Duration.ofMillis(100));

    private final PaymentTransitions transitions;
    private final PaymentStore payments;
    private final PaymentResponses responses;
    private final Outbox outbox;
    private final LongPoll longPoll;
    private final RecoverySignal recoverySignal;
    private final TransactionalOperator transaction;
    private final PaymentApiSettings settings;
    private final MeterRegistry meters;
    private final Clock clock;

    RecordOutcome(
            PaymentTransitions transitions,
            PaymentStore payments,
            PaymentResponses responses,
            Outbox outbox,
            LongPoll longPoll,
            RecoverySignal recoverySignal,
            TransactionalOperator transaction,
            PaymentApiSettings settings,
            MeterRegistry meters,
            Clock clock) {
        this.transitions = transitions;
        this.payments = payments;
        this.responses = responses;
        this.outbox = outbox;
        this.longPoll = longPoll;
        this.recoverySignal = recoverySignal;
        this.transaction = transaction;
        this.settings = settings;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * Records the outcome of the payment's attempt.
     *
     * @param payment as leased: its attempts are the attempt's number
     * @return the payment afterwards; an error 503 {@code outcome-not-recorded} if the database fails
     */
    Mono<Payment> record(Payment payment, ConfirmOutcome outcome, String cause) {
        ConfirmOutcome decided = limited(payment, outcome);
        return Mono.defer(() -> write(payment, decided, cause).timeout(TIMEOUT))
                .retryWhen(TRANSIENT_FAILURES)
                .onErrorMap(failure -> notRecorded(payment, failure))
                .doOnNext(recorded -> {
                    // A higher attempt number: this attempt had lost its lease and recorded nothing.
                    if (recorded.attempts() == payment.attempts()) {
                        count(decided, cause);
                    }
                    longPoll.wake(recorded);
                    if (recorded.status() == PaymentStatus.UNKNOWN) {
                        recoverySignal.raise();
                    }
                });
    }

    /** Counts a recorded outcome, after its commit. */
    void count(ConfirmOutcome outcome, String cause) {
        meters.counter("jangbu.payment.outcomes", "outcome", name(outcome), "cause", cause)
                .increment();
    }

    /**
     * The statement answers the keys that were inserted before it started. For a payment in EXECUTING no key is
     * inserted later, except by a call that takes over the attempt. For UNKNOWN keys are inserted under the row lock,
     * so the lock is taken first.
     */
    private Mono<Payment> write(Payment payment, ConfirmOutcome outcome, String cause) {
        return payment.status() == PaymentStatus.EXECUTING
                ? batched(payment, outcome, cause).switchIfEmpty(Mono.defer(() -> payments.find(payment.id())))
                : payments.lock(payment.id())
                        .then(transition(payment, outcome, cause))
                        .switchIfEmpty(Mono.defer(() -> payments.find(payment.id())))
                        .as(transaction::transactional);
    }

    private Mono<Payment> batched(Payment payment, ConfirmOutcome outcome, String cause) {
        return Mono.defer(() -> {
            Instant now = now();
            Payment after = payment.after(outcome, now);
            return transitions.batched(row(payment, after, outcome, cause, now)).map(id -> after);
        });
    }

    /**
     * Applies the outcome, if the stored payment still has the given attempt, status and version.
     *
     * @param payment EXECUTING, UNKNOWN or REVIEW; if not EXECUTING, this transaction holds its row lock
     * @return the payment afterwards; empty if it has changed
     */
    Mono<Payment> transition(Payment payment, ConfirmOutcome outcome, String cause) {
        return Mono.defer(() -> {
            Instant now = now();
            Payment after = payment.after(outcome, now);
            return transitions.single(row(payment, after, outcome, cause, now)).map(id -> after);
        });
    }

    private PaymentTransitions.Transition row(
            Payment payment, Payment after, ConfirmOutcome outcome, String cause, Instant now) {
        ApiResponse response = response(after);
        return new PaymentTransitions.Transition(
                payment.id(),
                payment.attempts(),
                payment.status(),
                payment.version(),
                after.status(),
                after.version(),
                cause,
                after.declineCode(),
                after.unknownSince(),
                after.reviewReason(),
                after.approvedAt(),
                backoffMs(after),
                name(outcome),
                detail(outcome),
                now,
                after.traceparent(),
                outbox.rows(settlement(after)),
                ConfirmPayment.OPERATION,
                response == null ? null : response.status(),
                response == null ? null : response.location(),
                response == null ? null : response.body());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private @Nullable Long backoffMs(Payment after) {
        return after.status() == PaymentStatus.UNKNOWN
                ? settings.recovery().backoff(after.attempts()).toMillis()
                : null;
    }

    private List<SettlementRequested> settlement(Payment after) {
        return after.status() == PaymentStatus.APPROVED ? PaymentSettlement.requests(after, outbox::nextId) : List.of();
    }

    /** The response to store; null while the outcome is open. */
    private @Nullable ApiResponse response(Payment after) {
        return switch (after.status()) {
            case APPROVED -> responses.ok(after);
            case DECLINED -> responses.declined(after);
            case UNKNOWN, REVIEW -> null;
            case READY, ACCEPTED, EXECUTING, COMPLETED, CANCELED, EXPIRED ->
                throw new IllegalStateException("No outcome leaves a payment " + after.status());
        };
    }

    /** After the last attempt without an answer a person has to decide. */
    private ConfirmOutcome limited(Payment payment, ConfirmOutcome outcome) {
        return outcome instanceof ConfirmOutcome.Unknown unknown
                        && payment.attempts() >= settings.recovery().maxAttempts()
                ? new ConfirmOutcome.Review(
                        "no answer in %d attempts: %s".formatted(payment.attempts(), unknown.reason()))
                : outcome;
    }

    private Problem notRecorded(Payment payment, Throwable failure) {
        log.error(
                "The outcome of payment {} could not be recorded; the recovery will inquire again",
                payment.id(),
                failure);
        return new Problem(
                        ProblemCode.OUTCOME_NOT_RECORDED,
                        "The payment service provider may have charged; repeat the call with the same key for the outcome")
                .retryAfter(settings.lease());
    }

    private static String name(ConfirmOutcome outcome) {
        return switch (outcome) {
            case ConfirmOutcome.Approved approved -> "APPROVED";
            case ConfirmOutcome.Declined declined -> "DECLINED";
            case ConfirmOutcome.Unknown unknown -> "UNKNOWN";
            case ConfirmOutcome.Review review -> "REVIEW";
        };
    }

    private static String detail(ConfirmOutcome outcome) {
        return switch (outcome) {
            case ConfirmOutcome.Approved approved -> "";
            case ConfirmOutcome.Declined declined -> declined.code();
            case ConfirmOutcome.Unknown unknown -> unknown.reason();
            case ConfirmOutcome.Review review -> review.reason();
        };
    }
}
