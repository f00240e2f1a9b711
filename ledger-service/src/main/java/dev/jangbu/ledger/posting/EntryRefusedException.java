package dev.jangbu.ledger.posting;

import java.sql.SQLException;

/** The database refuses a batch for what it says: trying again cannot help, and nothing of the batch is written. */
final class EntryRefusedException extends Exception {

    EntryRefusedException(String message) {
        super(message);
    }

    EntryRefusedException(SQLException cause) {
        super("SQLSTATE " + cause.getSQLState() + ": " + withoutContext(cause), cause);
    }

    /** The driver appends where in a function the error was raised, which says nothing about the entry. */
    private static String withoutContext(SQLException e) {
        return String.valueOf(e.getMessage()).replaceFirst("(?s)\\s+Where: .*", "");
    }

    /**
     * Whether an error is about the data: a value that is out of range or malformed (class 22), a constraint (23), or a
     * rule of the book (JL, see the migrations). Everything else is about the moment or the installation.
     */
    static boolean isAbout(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("22") || state.startsWith("23") || state.startsWith("JL"));
    }
}
