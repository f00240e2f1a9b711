package dev.jangbu.api.payment;

import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.operation.RecordOutcome.Recorded;
import dev.jangbu.api.operation.WorkLease;
import dev.jangbu.api.psp.Psp;
import dev.jangbu.api.psp.PspResult;
import dev.jangbu.api.settings.PaymentApiSettings;
import java.time.Duration;
import java.util.function.Function;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Charges a payment at the PSP, outside any transaction, and records the outcome. The caller holds the payment's lease.
 */
@Component
public class ChargePayment {

    /** The tolerance for a charge that may be older than its payment. */
    private static final Duration ANY_AGE = Duration.ofDays(36_500);

    private final PaymentStore payments;
    private final Psp psp;
    private final RecordConfirmation record;
    private final UnsettledCharges unsettled;
    private final Duration clockTolerance;

    ChargePayment(
            PaymentStore payments,
            Psp psp,
            RecordConfirmation record,
            UnsettledCharges unsettled,
            PaymentApiSettings settings) {
        this.payments = payments;
        this.psp = psp;
        this.record = record;
        this.unsettled = unsettled;
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
                .flatMap(answer -> answer instanceof PspResult.Refusal refusal
                        ? psp.find(payment.order())
                                .flatMap(shown -> outcome(
                                        payment,
                                        tolerance -> ConfirmOutcome.fromRefusal(refusal, shown, payment, tolerance)))
                        : outcome(answer, payment));
    }

    /** The outcome of an attempt by the PSP's result. */
    Mono<Outcome> outcome(PspResult result, Payment payment) {
        return outcome(payment, tolerance -> ConfirmOutcome.from(result, payment, tolerance));
    }

    /** A charge that a restored database has lost before it was settled may be older than its payment. */
    private Mono<Outcome> outcome(Payment payment, Function<Duration, Outcome> rule) {
        Outcome outcome = rule.apply(clockTolerance);
        return ConfirmOutcome.isOlderThanPayment(outcome)
                ? unsettled.contains(payment).map(lost -> lost ? rule.apply(ANY_AGE) : outcome)
                : Mono.just(outcome);
    }
}
