package dev.jangbu.api.refund;

import dev.jangbu.api.payment.InquirePayment;
import dev.jangbu.api.payment.PaymentLeases;
import dev.jangbu.api.settings.PaymentApiSettings;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Completes a payment's open operation before the next one starts. An operation with a live lease, or whose delay after
 * the last inquiry is not over, is left alone.
 */
@Component
class InFlightOperations {

    private final PaymentLeases paymentLeases;
    private final RefundLeases refundLeases;
    private final InquirePayment inquirePayment;
    private final RefundGateway refundGateway;
    private final Duration lease;

    InFlightOperations(
            PaymentLeases paymentLeases,
            RefundLeases refundLeases,
            InquirePayment inquirePayment,
            RefundGateway refundGateway,
            PaymentApiSettings settings) {
        this.paymentLeases = paymentLeases;
        this.refundLeases = refundLeases;
        this.inquirePayment = inquirePayment;
        this.refundGateway = refundGateway;
        this.lease = settings.recoveryLease();
    }

    Mono<Void> complete(UUID paymentId) {
        return paymentLeases
                .leaseDue(paymentId, "recovery", lease)
                .flatMap(inquirePayment::inquire)
                .then(refundLeases.leaseDueOf(paymentId, lease).flatMap(refundGateway::inquire));
    }
}
