package dev.jangbu.contract.replay;

/** A dead letter must not be replayed, or would only be refused again. No record was sent. */
public class ReplayRefusedException extends RuntimeException {

    ReplayRefusedException(String message) {
        super(message);
    }
}
