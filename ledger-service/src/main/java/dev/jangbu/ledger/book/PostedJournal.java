package dev.jangbu.ledger.book;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A journal as the API shows it. Amounts are minor units.
 *
 * @param referenceId the payment, refund or payout
 * @param referenceParts how many journals that has in all
 * @param walletVersion the number of the wallet's entries with this one
 * @param balanceAfter the wallet's balance with it
 * @param hash see {@link JournalHash}, in hexadecimal digits; its posting in Kafka has the same
 * @param previousHash of the journal before it in its book, zeros for the first
 */
record PostedJournal(
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
