package dev.jangbu.api.payment;

/**
 * Where a payment stands. The database's trigger refuses every transition that is not on this picture:
 *
 * <pre>
 *   READY ──▶ EXECUTING ──▶ APPROVED ──▶ COMPLETED
 *    │  └▶ ACCEPTED ─▲ │ ▲──▶ DECLINED
 *    │        │        ▼ │
 *    ▼        ▼      UNKNOWN ──▶ APPROVED, DECLINED
 *   CANCELED, EXPIRED  └──────▶ REVIEW ──▶ APPROVED, DECLINED   (EXECUTING, too, may come to REVIEW)
 * </pre>
 */
public enum PaymentStatus {
    /** Created; the buyer may authenticate and the client confirm. */
    READY,
    /** Confirmed, and queued for the PSP. */
    ACCEPTED,
    /** Somebody holds a lease and is asking the PSP. */
    EXECUTING,
    /** The PSP may have charged, or not: nobody knows yet. It heals by asking. */
    UNKNOWN,
    /** The PSP's answer contradicts ours, or none came in all attempts: a person decides. */
    REVIEW,
    /** The PSP has charged; the settlement is under way. */
    APPROVED,
    /** In the sellers' wallets and in the book. */
    COMPLETED,
    /** The PSP will not charge. */
    DECLINED,
    /** The client gave it up before it was charged. */
    CANCELED,
    /** It was not confirmed in time, or was queued for too long. */
    EXPIRED;

    /** Whether nothing will change any more by itself. */
    public boolean isFinal() {
        return switch (this) {
            case COMPLETED, DECLINED, CANCELED, EXPIRED -> true;
            case READY, ACCEPTED, EXECUTING, UNKNOWN, REVIEW, APPROVED -> false;
        };
    }
}
