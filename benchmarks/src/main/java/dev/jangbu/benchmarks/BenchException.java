package dev.jangbu.benchmarks;

/** What a user can be told: what is wrong, and what to do. */
final class BenchException extends RuntimeException {

    BenchException(String message) {
        super(message);
    }

    BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
