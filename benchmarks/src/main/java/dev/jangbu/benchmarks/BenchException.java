package dev.jangbu.benchmarks;

/** A failure that is reported to the user without a stack trace. */
final class BenchException extends RuntimeException {

    BenchException(String message) {
        super(message);
    }

    BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
