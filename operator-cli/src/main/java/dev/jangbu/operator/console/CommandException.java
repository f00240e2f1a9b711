package dev.jangbu.operator.console;

/** A command failed for a reason that its user can fix. {@link CommandRunner} prints the message alone. */
public final class CommandException extends RuntimeException {

    public CommandException(String message) {
        super(message);
    }

    public CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
