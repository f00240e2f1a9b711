package dev.jangbu.proving.audit;

/** The stages of a payment's way, each of which may have something left to do when the stack is not quiet. */
enum Stage {
    /** Asks the PSP: payments that are accepted, or were sent and not answered; refunds likewise. */
    PSP,
    /** Carries the outbox's rows to {@code settlement.requests}. */
    CHANGE_STREAM,
    /** Reads {@code settlement.requests}, moves wallets, writes {@code ledger.entries}. */
    WALLET_DESK,
    /** Reads {@code ledger.entries}, writes the book and {@code ledger.postings}. */
    LEDGER,
    /** Reads {@code ledger.postings}, writes {@code settlement.completions}. */
    COMPLETION_DESK,
    /** Reads {@code settlement.completions}, and says so in the payments. */
    FRONT_DOOR
}
