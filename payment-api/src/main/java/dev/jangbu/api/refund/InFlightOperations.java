package dev.jangbu.api.refund;

import dev.jangbu.api.operation.OperationLeases;
import dev.jangbu.api.payment.InquirePayment;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Completes a payment's open operation before the next one starts. An operation with a live lease, or whose delay after
 * the last inquiry is not over, is left alone.
 */
@Component
class InFlightOperations {

    private final OperationLeases leases;
    private final InquirePayment inquirePayment;
    private final RefundGateway refundGateway;

    InFlightOperations(OperationLeases leases, InquirePayment inquirePayment, RefundGateway refundGateway) {
        this.leases = leases;
        this.inquirePayment = inquirePayment;
        this.refundGateway = refundGateway;
    }

    Mono<Void> complete(UUID paymentId) {
        return leases.leaseOf(paymentId, "recovery")
                .concatMap(lease -> switch (lease.kind()) {
                    case PAYMENT -> inquirePayment.inquire(lease).then();
                    case REFUND -> refundGateway.inquire(lease);
                })
                .then();
    }
}
