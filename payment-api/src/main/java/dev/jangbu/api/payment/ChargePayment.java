package dev.jangbu.api.payment;

import dev.jangbu.api.psp.Psp;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Asks the PSP to charge, outside any transaction, and records what came of it. The caller holds the payment's lease. */
@Component
public class ChargePayment {

    private final PaymentStore payments;
    private final Psp psp;
    private final RecordOutcome record;

    ChargePayment(PaymentStore payments, Psp psp, RecordOutcome record) {
        this.payments = payments;
        this.psp = psp;
        this.record = record;
    }

    /** Charges a payment that was claimed from the queue; the payment as it is then, or nothing if the claim was lost. */
    public Mono<Payment> charge(WorkLease claim) {
        return payments.find(claim.id())
                .filter(payment -> payment.heldBy(claim))
                .flatMap(payment -> charge(payment, "queue"));
    }

    Mono<Payment> charge(Payment payment, String cause) {
        return psp.confirm(pspKey(payment), payment.order())
                .map(answer -> ConfirmOutcome.judge(answer, payment.order()))
                .flatMap(outcome -> record.record(payment, outcome, cause));
    }

    /** The PSP's key for a payment's one confirmation, the same in every attempt. */
    static String pspKey(Payment payment) {
        return "confirm:" + payment.id();
    }
}
