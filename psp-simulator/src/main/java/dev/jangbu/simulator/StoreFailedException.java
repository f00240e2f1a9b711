package dev.jangbu.simulator;

/** A transaction of the payment store was rolled back. The thrower has logged the reason; the response is 500. */
final class StoreFailedException extends RuntimeException {
    StoreFailedException(Throwable cause) {
        super("the payment store cannot be written", cause);
    }
}
