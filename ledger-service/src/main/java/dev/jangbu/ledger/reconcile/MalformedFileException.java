package dev.jangbu.ledger.reconcile;

/** A settlement file is malformed. The message names the line and the expected content. */
public final class MalformedFileException extends RuntimeException {

    MalformedFileException(long line, String detail) {
        super("Line " + line + " of the settlement file: " + detail);
    }
}
