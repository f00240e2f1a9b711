package dev.jangbu.local.deadletters;

/** A dead letter must not, or can't usefully, be sent again; the message says why. Nothing was sent. */
public final class ReplayRefusedException extends RuntimeException {

    ReplayRefusedException(String message) {
        super(message);
    }
}
