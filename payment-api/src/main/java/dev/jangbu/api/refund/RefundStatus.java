package dev.jangbu.api.refund;

/**
 * Where a refund stands. The database's trigger refuses every transition that is not on this picture:
 *
 * <pre>
 *   EXECUTING ──▶ APPROVED ──▶ COMPLETED
 *      │  ▲ └───▶ FAILED
 *      ▼  │
 *    UNKNOWN ──▶ APPROVED, FAILED        EXECUTING, UNKNOWN ──▶ REVIEW ──▶ APPROVED, FAILED
 * </pre>
 */
public enum RefundStatus {
    /** Somebody holds a lease and is asking the PSP. */
    EXECUTING,
    /** The PSP may have given the money back, or not: nobody knows yet. It heals by asking. */
    UNKNOWN,
    /** The PSP's answer contradicts ours, or none came in all attempts: a person decides. */
    REVIEW,
    /** The PSP has given the money back; the sellers' wallets are being debited. */
    APPROVED,
    /** In the sellers' wallets and in the book. */
    COMPLETED,
    /** The PSP won't give it back; what was set aside for it can be refunded again. */
    FAILED;

    /** Whether it counts as being at the PSP, where a payment has one operation at a time. */
    boolean isInFlight() {
        return switch (this) {
            case EXECUTING, UNKNOWN, REVIEW -> true;
            case APPROVED, COMPLETED, FAILED -> false;
        };
    }
}
