package dev.jangbu.api.refund;

/**
 * The status of a refund. An arrow that leaves the box leaves each status in the box.
 *
 * <pre>
 *               at the PSP
 *  ┌───────────────────────────────────┐
 *  │ EXECUTING ──▶ UNKNOWN ──▶ REVIEW  ├──▶ APPROVED ──▶ COMPLETED
 *  │     │                       ▲     ├──▶ FAILED
 *  │     └───────────────────────┘     │
 *  └───────────────────────────────────┘
 * </pre>
 *
 * <p>The same as a list, which a test compares with the database's trigger:
 *
 * <pre>
 *   EXECUTING ─▶ UNKNOWN, REVIEW, APPROVED, FAILED
 *   UNKNOWN   ─▶ REVIEW, APPROVED, FAILED
 *   REVIEW    ─▶ APPROVED, FAILED
 *   APPROVED  ─▶ COMPLETED
 * </pre>
 */
public enum RefundStatus {
    /** An attempt at the PSP is running under a lease, or its lease has run out. */
    EXECUTING,
    /** The outcome at the PSP is open; the recovery inquires. */
    UNKNOWN,
    /** The PSP's result contradicts the refund, or no attempt got an answer: a person decides. */
    REVIEW,
    /** The PSP has refunded; the settlement is running. */
    APPROVED,
    /** Settled: the wallets and the ledger have the entries. */
    COMPLETED,
    /** The PSP refused; the reserved amounts are released. */
    FAILED;
}
