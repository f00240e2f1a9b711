package dev.jangbu.api.payment;

import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.operation.RecordOutcome.Recorded;
import dev.jangbu.api.operation.WorkLease;
import dev.jangbu.api.psp.Psp;
import dev.jangbu.api.psp.PspResult;
import dev.jangbu.api.settings.PaymentApiSettings;
import java.time.Duration;
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
    private final Duration clockTolerance;

    ChargePayment(PaymentStore payments, Psp psp, RecordConfirmation record, PaymentApiSettings settings) {
        this.payments = payments;
        this.psp = psp;
        this.record = record;
        this.clockTolerance = settings.psp().clockTolerance();
    }

    /** Charges a queued payment, unless the lease was lost. */
    public Mono<Void> charge(WorkLease lease) {
        return payments.find(lease.id())
                .filter(payment -> payment.isHeldBy(lease))
                .flatMap(payment -> charge(payment, "queue"))
                .then();
    }

    Mono<Recorded<Payment>> charge(Payment payment, String cause) {
        return confirm(payment).flatMap(outcome -> record.record(payment, outcome, cause));
    }

    /**
     * Sends the confirmation to the PSP. Every attempt uses the same idempotency key. A refusal counts only after a
     * look-up of the payment.
     */
    Mono<Outcome> confirm(Payment payment) {
        return psp.confirm("confirm:" + payment.id(), payment.order())
                .flatMap(answer -> answer instanceof PspResult.Declined refusal
                        ? psp.find(payment.order())
                                .map(shown -> ConfirmOutcome.fromRefusal(refusal, shown, payment, clockTolerance))
                        : Mono.just(outcome(answer, payment)));
    }

    /** The outcome of an attempt by the PSP's result. */
    Outcome outcome(PspResult result, Payment payment) {
        return ConfirmOutcome.from(result, payment, clockTolerance);
    }
}
