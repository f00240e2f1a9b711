package dev.jangbu.ledger.posting;

import java.sql.SQLException;

/** The database refused the content of a batch: a retry cannot help, and nothing of the batch is written. */
final class EntryRefusedException extends Exception {

    EntryRefusedException(String message) {
        super(message);
    }

    EntryRefusedException(SQLException cause) {
        super("SQLSTATE " + cause.getSQLState() + ": " + withoutContext(cause), cause);
    }

    /** Removes the PL/pgSQL context that the driver appends. */
    private static String withoutContext(SQLException e) {
        return String.valueOf(e.getMessage()).replaceFirst("(?s)\\s+Where: .*", "");
    }

    /**
     * Whether the data caused the error: SQLSTATE class 22 (value malformed or out of range), 23 (constraint) or JL
     * (rule of the ledger, see the migrations). All other errors may pass on a retry.
     */
    static boolean isDataError(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("22") || state.startsWith("23") || state.startsWith("JL"));
    }
}
