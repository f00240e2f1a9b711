package dev.jangbu.api.payment;

import dev.jangbu.api.database.DatabaseClock;
import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.operation.RecordOutcome.Recorded;
import dev.jangbu.api.operation.WorkLease;
import dev.jangbu.api.outbox.ChargeGuard;
import dev.jangbu.api.psp.Psp;
import dev.jangbu.api.psp.PspResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Determines the outcome of a payment whose confirmation got no answer. The caller holds the payment's lease.
 *
 * <ol>
 *   <li>Looks the payment up at the PSP by payment key, then by order.
 *   <li>If the PSP has not charged, confirms again with the same key while the buyer's authentication is valid, unless
 *       charges are refused.
 *   <li>After that a payment that the PSP doesn't know is declined. One that is in progress at the PSP needs a review.
 * </ol>
 */
@Component
public class InquirePayment {

    /** Toss accepts a confirmation this long after the buyer's authentication. */
    static final Duration AUTHENTICATION_VALIDITY = Duration.ofMinutes(10);

    /** An attempt that started just before the authentication expired may still charge within this time. */
    private static final Duration LAST_ATTEMPT_MARGIN = Duration.ofMinutes(2);

    private static final Outcome STILL_IN_PROGRESS =
            new Outcome.Review("in progress at the PSP after the buyer's authentication expired");

    private static final Outcome REFUSED_FOR_NOW =
            new Outcome.Unknown("not charged so far; charges are refused for now");

    private final PaymentStore payments;
    private final Psp psp;
    private final ChargePayment charge;
    private final RecordConfirmation record;
    private final ChargeGuard chargeGuard;
    private final DatabaseClock clock;

    InquirePayment(
            PaymentStore payments,
            Psp psp,
            ChargePayment charge,
            RecordConfirmation record,
            ChargeGuard chargeGuard,
            DatabaseClock clock) {
        this.payments = payments;
        this.psp = psp;
        this.charge = charge;
        this.record = record;
        this.chargeGuard = chargeGuard;
        this.clock = clock;
    }

    /** Inquires and records the outcome. Returns the payment afterwards, also if the lease was lost. */
    public Mono<Recorded<Payment>> inquire(WorkLease lease) {
        return payments.find(lease.id())
                .flatMap(payment -> payment.isHeldBy(lease) ? inquire(payment) : Mono.just(record.recorded(payment)));
    }

    private Mono<Recorded<Payment>> inquire(Payment payment) {
        return find(payment)
                .flatMap(answer -> switch (answer) {
                    case PspResult.NotFound notFound ->
                        notCharged(payment, new Outcome.Refused("AUTHENTICATION_EXPIRED"));
                    case PspResult.InProgress inProgress -> notCharged(payment, STILL_IN_PROGRESS);
                    case PspResult.Charged charged -> charge.outcome(charged, payment);
                    case PspResult.Refusal refusal -> charge.outcome(refusal, payment);
                    case PspResult.Uncertain uncertain -> charge.outcome(uncertain, payment);
                })
                .flatMap(outcome -> record.record(payment, outcome, "recovery"));
    }

    private Mono<PspResult> find(Payment payment) {
        return psp.find(payment.order())
                .map(answer -> ofThisKey(answer, payment))
                .flatMap(answer -> answer instanceof PspResult.NotFound
                        ? psp.findByOrderId(payment.order()).map(byOrder -> chargedUnderThisKey(byOrder, payment))
                        : Mono.just(answer));
    }

    /** A charge under another payment key belongs to another payment. */
    private static PspResult ofThisKey(PspResult result, Payment payment) {
        return result instanceof PspResult.Charged charged
                        && !charged.paymentKey().equals(payment.paymentKey())
                ? new PspResult.NotFound()
                : result;
    }

    /**
     * The order's uncharged payment at the PSP may belong to another payment key: only a charge under this key counts.
     */
    private static PspResult chargedUnderThisKey(PspResult result, Payment payment) {
        return result instanceof PspResult.Charged || result instanceof PspResult.Uncertain
                ? ofThisKey(result, payment)
                : new PspResult.NotFound();
    }

    /** @param expired the outcome after the last possible charge */
    private Mono<Outcome> notCharged(Payment payment, Outcome expired) {
        Instant firstAttemptAt = Objects.requireNonNull(payment.firstAttemptAt(), "attempted");
        Instant now = clock.instant();
        if (now.isBefore(firstAttemptAt.plus(AUTHENTICATION_VALIDITY))) {
            return chargeGuard.isHealthy() ? charge.confirm(payment) : Mono.just(REFUSED_FOR_NOW);
        }
        return Mono.just(
                now.isBefore(firstAttemptAt.plus(AUTHENTICATION_VALIDITY).plus(LAST_ATTEMPT_MARGIN))
                        ? new Outcome.Unknown("not charged so far; the last attempt may still be running")
                        : expired);
    }
}
