package dev.jangbu.api.payout;

/** Where a payout stands: {@code REQUESTED ──▶ BOOKED | REJECTED}. */
public enum PayoutStatus {
    /** On its way to the wallet, which decides. */
    REQUESTED,
    /** The wallet covered it: debited, and in the book. */
    BOOKED,
    /** The wallet did not cover it, or had moved on from the version that it was asked for. */
    REJECTED
}
