package dev.jangbu.ledger.book;

import dev.jangbu.contract.SettlementKind;
import java.time.Instant;
import java.util.UUID;

/**
 * A journal as the seller whose wallet it moves sees it. Amounts are minor units.
 *
 * @param referenceId the payment, refund or payout
 * @param amount by how much the wallet's balance moved: below 0 for what goes out
 * @param version the number of the wallet's entries with this one
 * @param book with {@code journalNo}, the journal's place
 */
record WalletEntry(
        UUID settlementId,
        SettlementKind kind,
        UUID referenceId,
        long amount,
        long balanceAfter,
        long version,
        int book,
        long journalNo,
        Instant recordedAt) {}
