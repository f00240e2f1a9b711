package dev.jangbu.ledger.reconcile;

/** A settlement file that can't be read as one; the message says in which line and what it should be. */
public final class MalformedFileException extends RuntimeException {

    MalformedFileException(long line, String detail) {
        super("Line " + line + " of the settlement file: " + detail);
    }
}
