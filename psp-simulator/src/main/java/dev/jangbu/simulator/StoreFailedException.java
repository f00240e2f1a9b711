package dev.jangbu.simulator;

import org.jspecify.annotations.Nullable;

/**
 * The payment store is full or cannot be written. The thrower has logged the reason once; callers respond 500 and log
 * nothing.
 */
final class StoreFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoreFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
