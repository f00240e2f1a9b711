package dev.jangbu.api.refund;

import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.operation.RecordOutcome;
import dev.jangbu.api.operation.RecordOutcome.Recorded;
import dev.jangbu.api.operation.RecordOutcome.Transition;
import dev.jangbu.api.payment.LongPoll;
import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentLine;
import dev.jangbu.api.payment.PaymentSettlement;
import dev.jangbu.api.payment.PaymentStore;
import dev.jangbu.api.psp.PspCancel;
import dev.jangbu.api.review.PspCancels;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/** T2 of a refund, in one transaction, which locks the payment first. */
@Component
class RecordRefund {

    private final RecordOutcome record;
    private final PaymentStore payments;
    private final RefundStore refunds;
    private final PspCancels cancels;
    private final RefundResponses responses;
    private final LongPoll longPoll;
    private final TransactionalOperator transaction;
    private final Clock clock;

    RecordRefund(
            RecordOutcome record,
            PaymentStore payments,
            RefundStore refunds,
            PspCancels cancels,
            RefundResponses responses,
            LongPoll longPoll,
            TransactionalOperator transaction,
            Clock clock) {
        this.record = record;
        this.payments = payments;
        this.refunds = refunds;
        this.cancels = cancels;
        this.responses = responses;
        this.longPoll = longPoll;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** Records the outcome of the refund's attempt; returns the stored refund if the lease was lost. */
    Mono<Recorded<Refund>> record(Refund leased, RefundAttempt attempt, String cause) {
        return record.record(
                        leased, attempt.outcome(), cause, decided -> write(leased, decided, attempt.foreign(), cause)
                                .as(transaction::transactional))
                .delayUntil(recorded -> longPoll.wake(List.of(leased.paymentId())));
    }

    private Mono<Recorded<Refund>> write(Refund leased, Outcome outcome, List<PspCancel> foreign, String cause) {
        return payments.lock(leased.paymentId()).flatMap(payment -> refunds.lock(leased.id())
                .flatMap(current -> isLast(leased, current)
                        ? withForeign(payment, foreign).flatMap(seen -> single(seen, leased, outcome, cause)
                                .switchIfEmpty(Mono.fromSupplier(() -> recorded(seen, current))))
                        : Mono.fromSupplier(() -> recorded(payment, current))));
    }

    /** Whether no later attempt has started. One could have made a cancellation that the leased one took for foreign. */
    private static boolean isLast(Refund leased, Refund current) {
        return current.isOpen() && current.attempts() == leased.attempts();
    }

    /** The payment with the foreign cancellations that the attempt saw. */
    private Mono<Payment> withForeign(Payment payment, List<PspCancel> foreign) {
        return cancels.recordForeign(payment.id(), foreign)
                .flatMap(changed -> changed ? payments.find(payment.id()) : Mono.just(payment));
    }

    private Recorded<Refund> recorded(Payment payment, Refund refund) {
        return new Recorded<>(refund, responses.of(payment, refund));
    }

    /**
     * Records an outcome in the caller's transaction, which holds the row locks of the payment and the refund.
     *
     * @return empty if the refund has changed
     */
    Mono<Recorded<Refund>> single(Payment payment, Refund refund, Outcome outcome, String cause) {
        return record.single(
                outcome instanceof Outcome.Approved approved
                        ? approved(payment, refund, approved, cause)
                        : open(payment, refund, outcome, cause));
    }

    /** The reserved amounts become refunded amounts, with their part of the fee. */
    private Transition<Refund> approved(Payment payment, Refund refund, Outcome.Approved outcome, String cause) {
        Instant now = clock.instant();
        List<PaymentLine> refunded = RefundSettlement.refundedLines(payment, refund);
        List<RefundLine> lines = refunded.stream()
                .map(line -> new RefundLine(line.lineId(), line.amountMinor(), line.feeMinor()))
                .toList();
        Refund after = refund.after(outcome, lines, now);
        return new Transition<>(
                refund,
                after,
                outcome,
                cause,
                now,
                PaymentSettlement.ofRefund(
                        payment,
                        refund.id(),
                        refund.createdAt(),
                        refunded,
                        outcome.transactionKey(),
                        outcome.pspTime(),
                        now),
                lines,
                responses.of(RefundSettlement.refunded(payment, refunded), after));
    }

    /** The reserved amounts stay reserved, or are released if it failed. */
    private Transition<Refund> open(Payment payment, Refund refund, Outcome outcome, String cause) {
        Instant now = clock.instant();
        Refund after = refund.after(outcome, refund.lines(), now);
        return new Transition<>(
                refund, after, outcome, cause, now, List.of(), refund.lines(), responses.of(payment, after));
    }
}
