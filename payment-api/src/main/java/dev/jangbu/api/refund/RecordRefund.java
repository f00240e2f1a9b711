package dev.jangbu.api.refund;

import dev.jangbu.api.http.Problem;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.outbox.Outbox;
import dev.jangbu.api.payment.LongPoll;
import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentStore;
import dev.jangbu.api.payment.PaymentStore.RefundedLine;
import dev.jangbu.api.payment.RecordOutcome;
import dev.jangbu.api.payment.RecoverySignal;
import dev.jangbu.api.review.PspCancels;
import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.ProblemCode;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * T2 of a refund: records the outcome of an attempt in one transaction, which locks the payment first.
 *
 * <ul>
 *   <li>It writes the refund's status and history, the refunded amounts of the payment's lines, the outbox rows of the
 *       settlement, and the response of every idempotency key that waits for the outcome.
 *   <li>Only the refund's last attempt may write. An older attempt matches no row and returns the stored refund.
 * </ul>
 */
@Component
class RecordRefund {

    private static final Logger log = LoggerFactory.getLogger(RecordRefund.class);

    private static final Retry TRANSIENT_FAILURES = Retry.backoff(2, Duration.ofMillis(100));

    private final PaymentStore payments;
    private final RefundStore refunds;
    private final RefundLeases leases;
    private final PspCancels cancels;
    private final IdempotencyKeys keys;
    private final RefundResponses responses;
    private final Outbox outbox;
    private final LongPoll longPoll;
    private final RecoverySignal recoverySignal;
    private final TransactionalOperator transaction;
    private final PaymentApiSettings settings;
    private final MeterRegistry meters;
    private final Clock clock;

    RecordRefund(
            PaymentStore payments,
            RefundStore refunds,
            RefundLeases leases,
            PspCancels cancels,
            IdempotencyKeys keys,
            RefundResponses responses,
            Outbox outbox,
            LongPoll longPoll,
            RecoverySignal recoverySignal,
            TransactionalOperator transaction,
            PaymentApiSettings settings,
            MeterRegistry meters,
            Clock clock) {
        this.payments = payments;
        this.refunds = refunds;
        this.leases = leases;
        this.cancels = cancels;
        this.keys = keys;
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
     * Records the outcome of a refund's attempt.
     *
     * @return the refund afterwards; an error 503 {@code outcome-not-recorded} if the database fails
     */
    Mono<Refund> record(RefundWork work, RefundOutcome outcome, String cause) {
        RefundOutcome decided = limited(work.refund(), outcome);
        return Mono.defer(() -> write(work, decided, cause)
                        .as(transaction::transactional)
                        .timeout(RecordOutcome.TIMEOUT))
                .retryWhen(TRANSIENT_FAILURES)
                .onErrorMap(failure -> notRecorded(work.refund(), failure))
                .delayUntil(recorded -> {
                    // A higher attempt number: this attempt had lost its lease and recorded nothing.
                    if (recorded.attempts() == work.refund().attempts()) {
                        count(name(decided), cause);
                    }
                    if (recorded.status() == RefundStatus.UNKNOWN) {
                        recoverySignal.raise();
                    }
                    return longPoll.wake(List.of(recorded.paymentId()));
                });
    }

    /** Counts a recorded outcome, after its commit. */
    void count(String outcome, String cause) {
        meters.counter("jangbu.refund.outcomes", "outcome", outcome, "cause", cause)
                .increment();
    }

    private Mono<Refund> write(RefundWork work, RefundOutcome outcome, String cause) {
        Refund refund = work.refund();
        return payments.lock(refund.paymentId()).flatMap(payment -> {
            Mono<Boolean> recorded =
                    switch (outcome) {
                        case RefundOutcome.Approved approved ->
                            leases.approve(refund, cause, now())
                                    .delayUntil(changed -> changed
                                            ? cancels.record(
                                                    payment.id(), refund.id(), List.of(approved.transactionKey()))
                                            : Mono.empty());
                        case RefundOutcome.Failed failed -> leases.fail(refund, cause, failed.code());
                        case RefundOutcome.Unknown unknown ->
                            leases.unknown(refund, cause, settings.recovery().backoff(refund.attempts()));
                        case RefundOutcome.Review review -> leases.review(refund, cause, review.reason());
                        case RefundOutcome.NotDone notDone ->
                            Mono.error(new IllegalStateException("NotDone is sent again, not recorded"));
                    };
            return recorded.flatMap(changed -> leases.endAttempt(refund, name(outcome), detail(outcome))
                    .then(changed ? consequences(payment, refund) : refunds.find(refund.id())));
        });
    }

    /**
     * Applies the consequences of an outcome, in the transaction that records it.
     *
     * @param payment before the outcome; the caller holds its row lock
     * @return the refund afterwards
     */
    Mono<Refund> consequences(Payment payment, Refund before) {
        return refunds.find(before.id()).flatMap(refund -> switch (refund.status()) {
            case APPROVED -> approved(payment, refund);
            case FAILED -> payments.release(payment.id(), reserved(refund)).then(answered(payment, refund));
            case UNKNOWN, REVIEW ->
                keys.endLeases(refund.id(), RefundPayment.OPERATION)
                        .then(keys.endLeases(refund.id(), CancelPayment.OPERATION))
                        .thenReturn(refund);
            case EXECUTING, COMPLETED ->
                Mono.error(new IllegalStateException("No outcome leaves a refund " + refund.status()));
        });
    }

    private Mono<Refund> approved(Payment payment, Refund refund) {
        List<RefundedLine> lines = RefundSettlement.refundedLines(payment, refund);
        Instant approvedAt = Objects.requireNonNull(refund.approvedAt(), "approved");
        return payments.refunded(payment.id(), lines)
                .then(refunds.setFees(refund, lines))
                .then(outbox.add(
                        RefundSettlement.requests(payment, refund, lines, outbox::nextId),
                        approvedAt,
                        refund.traceparent()))
                .then(Mono.zip(payments.find(payment.id()), refunds.find(refund.id())))
                .flatMap(now -> answered(now.getT1(), now.getT2()));
    }

    private Mono<Refund> answered(Payment payment, Refund refund) {
        return keys.storeResponseForAll(refund.id(), RefundPayment.OPERATION, responses.refunded(refund))
                .then(keys.storeResponseForAll(
                        refund.id(), CancelPayment.OPERATION, responses.canceled(payment, refund)))
                .thenReturn(refund);
    }

    private static List<RefundedLine> reserved(Refund refund) {
        return refund.lines().stream()
                .map(line -> new RefundedLine(line.lineId(), line.amountMinor(), 0))
                .toList();
    }

    /** After the last attempt without an answer a person has to decide. */
    private RefundOutcome limited(Refund refund, RefundOutcome outcome) {
        return outcome instanceof RefundOutcome.Unknown unknown
                        && refund.attempts() >= settings.recovery().maxAttempts()
                ? new RefundOutcome.Review(
                        "no answer in %d attempts: %s".formatted(refund.attempts(), unknown.reason()))
                : outcome;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private Problem notRecorded(Refund refund, Throwable failure) {
        log.error(
                "The outcome of refund {} could not be recorded; the recovery will inquire again",
                refund.id(),
                failure);
        return new Problem(
                        ProblemCode.OUTCOME_NOT_RECORDED,
                        "The payment service provider may have refunded; repeat the call with the same key for the outcome")
                .retryAfter(settings.lease());
    }

    private static String name(RefundOutcome outcome) {
        return switch (outcome) {
            case RefundOutcome.Approved approved -> "APPROVED";
            case RefundOutcome.Failed failed -> "FAILED";
            case RefundOutcome.Unknown unknown -> "UNKNOWN";
            case RefundOutcome.Review review -> "REVIEW";
            case RefundOutcome.NotDone notDone -> "NOT_DONE";
        };
    }

    private static String detail(RefundOutcome outcome) {
        return switch (outcome) {
            case RefundOutcome.Approved approved -> approved.transactionKey();
            case RefundOutcome.Failed failed -> failed.code();
            case RefundOutcome.Unknown unknown -> unknown.reason();
            case RefundOutcome.Review review -> review.reason();
            case RefundOutcome.NotDone notDone -> "";
        };
    }
}
