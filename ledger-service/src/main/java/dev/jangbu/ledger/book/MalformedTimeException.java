package dev.jangbu.ledger.book;

/** A point in time in a request that is not RFC 3339. */
final class MalformedTimeException extends RuntimeException {

    private static final int SHOWN_CHARS = 40;

    MalformedTimeException(String text) {
        super("\"" + (text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "…")
                + "\" is not a time as in RFC 3339, for instance 2026-01-31T09:00:00Z (a + must be sent as %2B)");
    }
}
