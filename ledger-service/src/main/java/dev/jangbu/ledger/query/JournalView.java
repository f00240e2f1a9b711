package dev.jangbu.ledger.query;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import dev.jangbu.ledger.journal.JournalHash;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A journal in the API. Amounts are minor units.
 *
 * @param referenceId the payment, refund or payout
 * @param referenceParts the number of journals of the reference
 * @param walletVersion the number of the wallet's entries, this one included
 * @param balanceAfter the wallet's balance after this journal
 * @param hash hexadecimal, see {@link JournalHash}; equal to the hash of its posting in Kafka
 * @param previousHash the hash of the previous journal of the book; zeros for the first
 */
record JournalView(
        UUID settlementId,
        SettlementKind kind,
        UUID referenceId,
        int referenceParts,
        String currency,
        List<PostedLine> lines,
        String walletId,
        long walletVersion,
        long balanceAfter,
        int book,
        long journalNo,
        String hash,
        String previousHash,
        Instant occurredAt,
        Instant recordedAt,
        Instant postedAt) {

    record PostedLine(int lineNo, String account, Side side, long amount) {}
}
