package dev.jangbu.simulator;

/** A request that cannot be understood; answered 400 {@code INVALID_REQUEST} with this message. */
final class InvalidRequestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidRequestException(String message) {
        super(message);
    }
}
