package dev.jangbu.settlement;

/**
 * A record that can never be processed, however often it is tried. Thrown before any store is touched; the record goes to the
 * dead letters as it came, and the next one is processed.
 */
public final class UnprocessableRecordException extends RuntimeException {

    /** Why, as the dead letters are counted by. */
    public enum Cause {
        /** The value is not in the wire format, of a schema that the registry does not have, or does not decode. */
        UNREADABLE,
        /** The key hashes to another partition, or is not the value's: another writer owns it. */
        WRONG_KEY,
        /** A field is outside the contract, so that it describes nothing that can have happened. */
        OUTSIDE_CONTRACT,
        /** The id's time is ahead of its record's: it would drive the desk's clock ahead and blind it to older ids. */
        FUTURE_ID,
        /** The id is too old for the desk to know whether it was seen; a person has to find out. */
        BEYOND_HORIZON,
        /** The wallet's balance would not fit 64 bits. One absurd wallet must not stop the others of its partition. */
        BALANCE_OVERFLOW
    }

    private final Cause why;

    public UnprocessableRecordException(Cause why, String message) {
        super(message);
        this.why = why;
    }

    public Cause why() {
        return why;
    }
}
