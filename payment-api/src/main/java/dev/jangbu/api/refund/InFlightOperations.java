package dev.jangbu.api.refund;

import dev.jangbu.api.PaymentApiSettings;
import dev.jangbu.api.payment.InquirePayment;
import dev.jangbu.api.payment.PaymentLeases;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Before the next operation on a payment, finds out what came of the last one, if that is open and nobody is at it. What
 * somebody else is at, or what was asked a moment ago, is left alone.
 */
@Component
class InFlightOperations {

    private final PaymentLeases paymentAttempts;
    private final RefundLeases refundAttempts;
    private final InquirePayment resolvePayment;
    private final RefundGateway refundAtPsp;
    private final Duration lease;

    InFlightOperations(
            PaymentLeases paymentAttempts,
            RefundLeases refundAttempts,
            InquirePayment resolvePayment,
            RefundGateway refundAtPsp,
            PaymentApiSettings settings) {
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
