package dev.jangbu.settlement.runtime;

/** A prerequisite is missing; it may appear later. The message names it. */
final class UnavailableException extends Exception {

    UnavailableException(String message) {
        super(message);
    }
}
