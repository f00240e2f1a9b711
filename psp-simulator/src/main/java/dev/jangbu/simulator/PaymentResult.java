package dev.jangbu.simulator;

import java.util.Optional;

/** The result of a call on a payment, before a fault changes the response. */
sealed interface PaymentResult {

    /** HTTP 200 with this payment. */
    record Success(Payment payment) implements PaymentResult {}

    /** The HTTP status of the error, with its code. */
    record Failure(TossError error) implements PaymentResult {}

    static PaymentResult of(Optional<Payment> found) {
        return found.<PaymentResult>map(Success::new).orElse(new Failure(TossError.NOT_FOUND_PAYMENT));
    }
}
