package dev.jangbu.ledger.posting;

/** The database has seen less of a book than this instance wrote to it: it was restored meanwhile. Open it again. */
final class BookWentBackException extends RuntimeException {

    BookWentBackException(int book, long expectedOffset, long actualOffset) {
        super("Book " + book + " was at offset " + expectedOffset + " and is now at " + actualOffset
                + ": the database was restored");
    }
}
