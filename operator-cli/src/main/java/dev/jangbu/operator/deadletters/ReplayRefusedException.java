package dev.jangbu.operator.deadletters;

/** A dead letter must not be replayed, or would only be refused again. No record was sent. */
final class ReplayRefusedException extends RuntimeException {

    ReplayRefusedException(String message) {
        super(message);
    }
}
