package dev.jangbu.simulator;

/** The result of a call on a payment, before a fault changes the response. */
sealed interface PaymentResult {

    /** HTTP 200 with this payment. */
    record Success(Payment payment) implements PaymentResult {}

    /** The HTTP status of the error, with its code. */
    record Failure(TossError error) implements PaymentResult {}
}
