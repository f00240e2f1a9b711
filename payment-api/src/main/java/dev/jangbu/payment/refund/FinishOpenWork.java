package dev.jangbu.payment.refund;

import dev.jangbu.payment.Settings;
import dev.jangbu.payment.payment.PaymentAttempts;
import dev.jangbu.payment.payment.ResolvePayment;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Before the next operation on a payment, finds out what came of the last one, if that is open and nobody is at it. What
 * somebody else is at, or what was asked a moment ago, is left alone.
 */
@Component
class FinishOpenWork {

    private final PaymentAttempts paymentAttempts;
    private final RefundAttempts refundAttempts;
    private final ResolvePayment resolvePayment;
    private final RefundAtPsp refundAtPsp;
    private final Duration lease;

    FinishOpenWork(
            PaymentAttempts paymentAttempts,
            RefundAttempts refundAttempts,
            ResolvePayment resolvePayment,
            RefundAtPsp refundAtPsp,
            Settings settings) {
        this.paymentAttempts = paymentAttempts;
        this.refundAttempts = refundAttempts;
        this.resolvePayment = resolvePayment;
        this.refundAtPsp = refundAtPsp;
        this.lease = settings.resolutionLease();
    }

    Mono<Void> of(UUID paymentId) {
        return paymentAttempts
                .claimDue(paymentId, "recovery", lease)
                .flatMap(resolvePayment::resolve)
                .then(refundAttempts.claimDueOf(paymentId, lease).flatMap(refundAtPsp::resolve));
    }
}
