package dev.jangbu.api.payment;

import dev.jangbu.api.psp.Psp;
import dev.jangbu.api.psp.PspResult;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Finds out what came of a payment that was sent to the PSP and never answered: asks by payment key, then by order. What the
 * PSP hasn't charged is sent again with the same key, while the buyer's authentication lasts; later it is declined. The
 * caller holds the payment's lease.
 */
@Component
public class InquirePayment {

    /** How long Toss lets a payment be confirmed after the buyer has authenticated it. */
    static final Duration AUTHENTICATION_LASTS = Duration.ofMinutes(10);

    /** An attempt that set out just before that may still charge: it is given up only so much later. */
    private static final Duration LAST_ATTEMPT_LASTS = Duration.ofMinutes(2);

    private final PaymentStore payments;
    private final Psp psp;
    private final RecordOutcome record;
    private final Clock clock;

    InquirePayment(PaymentStore payments, Psp psp, RecordOutcome record, Clock clock) {
        this.payments = payments;
        this.psp = psp;
        this.record = record;
        this.clock = clock;
    }

    /** Resolves a claimed payment, and records the outcome; the payment as it is then, be the claim lost or not. */
    public Mono<Payment> resolve(WorkLease claim) {
        return payments.find(claim.id())
                .flatMap(payment -> payment.heldBy(claim) ? resolve(payment) : Mono.just(payment));
    }

    private Mono<Payment> resolve(Payment payment) {
        return find(payment)
                .flatMap(answer -> switch (answer) {
                    case PspResult.NotFound notFound -> notCharged(payment);
                    case PspResult.InProgress inProgress -> notCharged(payment);
                    case PspResult.Charged charged -> Mono.just(ConfirmOutcome.judge(charged, payment.order()));
                    case PspResult.Declined declined -> Mono.just(ConfirmOutcome.judge(declined, payment.order()));
                    case PspResult.Uncertain uncertain -> Mono.just(ConfirmOutcome.judge(uncertain, payment.order()));
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

    /** What was charged under another key, by a payment of its own, says nothing of this one. */
    private static PspResult ofThisKey(PspResult answer, Payment payment) {
        return answer instanceof PspResult.Charged charged
                        && !charged.paymentKey().equals(payment.paymentKey())
                ? new PspResult.NotFound()
                : answer;
    }

    /** An order's payment that was not charged may be another one's: only a charge under this key tells. */
    private static PspResult chargedUnderThisKey(PspResult answer, Payment payment) {
        return answer instanceof PspResult.Charged || answer instanceof PspResult.Uncertain
                ? ofThisKey(answer, payment)
                : new PspResult.NotFound();
    }

    private Mono<ConfirmOutcome> notCharged(Payment payment) {
        Instant begun = Objects.requireNonNull(payment.firstAttemptAt(), "attempted");
        Instant now = clock.instant();
        if (now.isBefore(begun.plus(AUTHENTICATION_LASTS))) {
            return psp.confirm(ChargePayment.pspKey(payment), payment.order())
                    .map(answer -> ConfirmOutcome.judge(answer, payment.order()));
        }
        return Mono.just(
                now.isBefore(begun.plus(AUTHENTICATION_LASTS).plus(LAST_ATTEMPT_LASTS))
                        ? new ConfirmOutcome.Unknown("not charged so far; the last attempt may be under way")
                        : new ConfirmOutcome.Declined("AUTHENTICATION_EXPIRED"));
    }
}
