package dev.jangbu.proving.audit;

/** The stages that process a payment. Each may have pending work while the stack is not quiet. */
enum PipelineStage {
    /** Calls the PSP for payments and refunds that are accepted, or sent without a known outcome. */
    PSP,
    /** Publishes the rows of the outbox to {@code settlement.requests}. */
    CONNECTOR,
    /** Reads {@code settlement.requests}, changes wallets, writes {@code ledger.entries}. */
    WALLET_PROCESSOR,
    /** Reads {@code ledger.entries}, writes journals and {@code ledger.postings}. */
    LEDGER,
    /** Reads {@code ledger.postings}, writes {@code settlement.completions}. */
    COMPLETION_PROCESSOR,
    /** Reads {@code settlement.completions} and updates payments, refunds and payouts. */
    PAYMENT_API
}
