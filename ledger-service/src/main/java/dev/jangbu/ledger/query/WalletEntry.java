package dev.jangbu.ledger.query;

import dev.jangbu.contract.SettlementKind;
import java.time.Instant;
import java.util.UUID;

/**
 * A journal in the statement of its wallet. Amounts are minor units.
 *
 * @param referenceId the payment, refund or payout
 * @param amount the change of the wallet's balance; negative if money leaves the wallet
 * @param version the number of the wallet's entries, this one included
 * @param book the journal's book
 * @param journalNo the journal's number in the book
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
