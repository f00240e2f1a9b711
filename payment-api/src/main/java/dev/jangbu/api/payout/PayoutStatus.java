package dev.jangbu.api.payout;

/** The status of a payout: {@code REQUESTED ─▶ BOOKED, REJECTED}. */
public enum PayoutStatus {
    /** Sent to the wallet, which decides. */
    REQUESTED,
    /** The wallet is debited, and the ledger has the entries. */
    BOOKED,
    /** The balance was too low, or the wallet had another version than expected. */
    REJECTED
}
