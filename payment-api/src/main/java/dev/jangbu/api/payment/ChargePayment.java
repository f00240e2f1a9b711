package dev.jangbu.api.payment;

import dev.jangbu.api.operation.RecordOutcome.Recorded;
import dev.jangbu.api.operation.WorkLease;
import dev.jangbu.api.psp.Psp;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Charges a payment at the PSP, outside any transaction, and records the outcome. The caller holds the payment's lease.
 */
@Component
public class ChargePayment {

    private final PaymentStore payments;
    private final Psp psp;
    private final RecordConfirmation record;

    ChargePayment(PaymentStore payments, Psp psp, RecordConfirmation record) {
        this.payments = payments;
        this.psp = psp;
        this.record = record;
    }

    /** Charges a queued payment, unless the lease was lost. */
    public Mono<Void> charge(WorkLease lease) {
        return payments.find(lease.id())
                .filter(payment -> payment.isHeldBy(lease))
                .flatMap(payment -> charge(payment, "queue"))
                .then();
    }

    Mono<Recorded<Payment>> charge(Payment payment, String cause) {
        return psp.confirm(pspKey(payment), payment.order())
                .map(answer -> ConfirmOutcome.from(answer, payment.order()))
                .flatMap(outcome -> record.record(payment, outcome, cause));
    }

    /** The idempotency key of the payment's confirmation at the PSP. Every attempt uses the same key. */
    static String pspKey(Payment payment) {
        return "confirm:" + payment.id();
    }
}
