package dev.jangbu.settlement.state;

/**
 * Kafka or the stores lack what the group has processed. To continue would decide requests a second time, or with empty
 * wallets. An operator must act; the message names the evidence and the command.
 */
public final class LostStateException extends IllegalStateException {

    /** @param evidence a clause, for instance {@code the group has no offsets} */
    public LostStateException(String evidence) {
        super("Kafka or the local state has lost records: " + evidence
                + ". The settlement does not start over. Rebuild the wallets from the ledger with"
                + " ./jangbu restore wallets (docs/restore.md)");
    }
}
