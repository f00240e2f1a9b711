package dev.jangbu.api.payment;

import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.operation.RecordOutcome;
import dev.jangbu.api.operation.RecordOutcome.Recorded;
import dev.jangbu.api.operation.RecordOutcome.Transition;
import dev.jangbu.contract.SettlementRequested;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/** T2 of a confirmation. Used by the request, its repetition and the recovery. */
@Component
class RecordConfirmation {

    private final RecordOutcome record;
    private final PaymentStore payments;
    private final PaymentResponses responses;
    private final LongPoll longPoll;
    private final TransactionalOperator transaction;
    private final Clock clock;

    RecordConfirmation(
            RecordOutcome record,
            PaymentStore payments,
            PaymentResponses responses,
            LongPoll longPoll,
            TransactionalOperator transaction,
            Clock clock) {
        this.record = record;
        this.payments = payments;
        this.responses = responses;
        this.longPoll = longPoll;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** Records the outcome of the payment's attempt; returns the stored payment if the lease was lost. */
    Mono<Recorded<Payment>> record(Payment leased, Outcome outcome, String cause) {
        return record.record(leased, outcome, cause, decided -> write(leased, decided, cause))
                .doOnNext(recorded -> longPoll.wake(recorded.operation()));
    }

    /**
     * The statement answers the keys that were inserted before it started. For a payment in EXECUTING no key is
     * inserted later, except by a call that takes over the attempt. For UNKNOWN keys are inserted under the row lock,
     * so the lock is taken first.
     */
    private Mono<Recorded<Payment>> write(Payment leased, Outcome outcome, String cause) {
        Mono<Recorded<Payment>> locked = Mono.defer(() -> payments.lock(leased.id()))
                .flatMap(current ->
                        single(leased, outcome, cause).switchIfEmpty(Mono.fromSupplier(() -> recorded(current))))
                .as(transaction::transactional);
        return leased.status() == PaymentStatus.EXECUTING
                ? record.batched(transition(leased, outcome, cause)).switchIfEmpty(locked)
                : locked;
    }

    /** Records in the caller's transaction, which holds the row lock; empty if the payment has changed. */
    Mono<Recorded<Payment>> single(Payment payment, Outcome outcome, String cause) {
        return record.single(transition(payment, outcome, cause));
    }

    /** A payment as it is stored. */
    Recorded<Payment> recorded(Payment payment) {
        return new Recorded<>(payment, responses.confirmed(payment));
    }

    /** The consequences of an outcome: the next status, the settlement and the response of the waiting keys. */
    private Transition<Payment> transition(Payment payment, Outcome outcome, String cause) {
        Instant now = clock.instant();
        Payment after = payment.after(outcome, now);
        List<SettlementRequested> requests = outcome instanceof Outcome.Approved approved
                ? PaymentSettlement.ofCharge(after, approved.pspTime(), now)
                : List.of();
        return new Transition<>(payment, after, outcome, cause, now, requests, List.of(), responses.confirmed(after));
    }
}
