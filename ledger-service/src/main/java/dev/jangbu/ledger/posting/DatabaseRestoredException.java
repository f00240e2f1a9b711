package dev.jangbu.ledger.posting;

/** The database has fewer offsets of a book than this instance wrote: it was restored. Open the book again. */
final class DatabaseRestoredException extends RuntimeException {

    DatabaseRestoredException(int book, long expectedOffset, long actualOffset) {
        super("Book " + book + " was at offset " + expectedOffset + " and is now at " + actualOffset
                + ": the database was restored");
    }
}
