package dev.jangbu.settlement.record;

/**
 * A record that can never be processed. Thrown before any store is written. The record goes to the dead letters
 * unchanged, and processing continues with the next one.
 */
public final class UnprocessableRecordException extends RuntimeException {

    /** The reason, as a tag of the dead-letter metric. */
    public enum Cause {
        /** The value is not in the wire format, has a schema id unknown to the registry, or can't be decoded. */
        UNREADABLE,
        /** The key differs from the value's, or hashes to another partition, which has another writer. */
        WRONG_KEY,
        /** A field breaks the contract. */
        OUTSIDE_CONTRACT,
        /** The id was decided before, for another reference or with another content. A person must compare them. */
        ID_CONFLICT,
        /**
         * First sent before the deduplication horizon, so that a duplicate can't be excluded here. It is replayed after
         * a proof of absence.
         */
        BEYOND_HORIZON,
        /** The balance would not fit 64 bits. Stopping would block the other wallets of the partition. */
        BALANCE_OVERFLOW
    }

    private final Cause reason;

    public UnprocessableRecordException(Cause reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** A record with a field that breaks the contract. */
    public static UnprocessableRecordException outsideContract(String violation) {
        return new UnprocessableRecordException(Cause.OUTSIDE_CONTRACT, "Outside the contract: " + violation);
    }

    public Cause reason() {
        return reason;
    }
}
