package dev.jangbu.simulator;

/** A malformed request; the response is 400 {@code INVALID_REQUEST} with this message. */
final class InvalidRequestException extends RuntimeException {
    InvalidRequestException(String message) {
        super(message);
    }
}
