package dev.jangbu.api.payment;

/**
 * The status of a payment. An arrow that leaves a box leaves each status in the box.
 *
 * <pre>
 *    before the charge                   at the PSP
 *  ┌────────────────────┐   ┌───────────────────────────────────┐
 *  │ READY ──▶ ACCEPTED ├──▶│ EXECUTING ──▶ UNKNOWN ──▶ REVIEW  ├──▶ APPROVED ──▶ COMPLETED
 *  └─────────┬──────────┘   │     │                       ▲     ├──▶ DECLINED
 *            ├──▶ CANCELED  │     └───────────────────────┘     │
 *            └──▶ EXPIRED   └───────────────────────────────────┘
 * </pre>
 *
 * <p>The same as a list, which a test compares with the database's trigger:
 *
 * <pre>
 *   READY     ─▶ ACCEPTED, EXECUTING, CANCELED, EXPIRED
 *   ACCEPTED  ─▶ EXECUTING, CANCELED, EXPIRED
 *   EXECUTING ─▶ UNKNOWN, REVIEW, APPROVED, DECLINED
 *   UNKNOWN   ─▶ REVIEW, APPROVED, DECLINED
 *   REVIEW    ─▶ APPROVED, DECLINED
 *   APPROVED  ─▶ COMPLETED
 * </pre>
 */
public enum PaymentStatus {
    /** Created; the client may confirm it once the buyer has authenticated. */
    READY,
    /** Confirmed and queued; the recovery charges it. */
    ACCEPTED,
    /** An attempt at the PSP is running under a lease, or its lease has run out. */
    EXECUTING,
    /** The outcome at the PSP is open; the recovery inquires. */
    UNKNOWN,
    /** The PSP's result contradicts the payment, or no attempt got an answer: a person decides. */
    REVIEW,
    /** The PSP has charged; the settlement is running. */
    APPROVED,
    /** Settled: the wallets and the ledger have the entries. */
    COMPLETED,
    /** Not charged: the PSP or a person declined. */
    DECLINED,
    /** The client canceled it before the charge. */
    CANCELED,
    /** It was not confirmed in time, or was queued too long. */
    EXPIRED;

    /** Whether the status changes no more. */
    public boolean isFinal() {
        return switch (this) {
            case COMPLETED, DECLINED, CANCELED, EXPIRED -> true;
            case READY, ACCEPTED, EXECUTING, UNKNOWN, REVIEW, APPROVED -> false;
        };
    }
}
