package dev.jangbu.local;

/** A command can't go on for a reason that its user can mend: the message is all that is shown, with exit code 1. */
final class CommandException extends RuntimeException {

    CommandException(String message) {
        super(message);
    }

    CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
