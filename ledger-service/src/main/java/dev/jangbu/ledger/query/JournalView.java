package dev.jangbu.ledger.query;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.ledger.journal.JournalHash;
import java.time.Instant;
import java.util.UUID;

/**
 * A journal in the API. Amounts are minor units.
 *
 * @param referenceId the payment, refund or payout
 * @param referenceParts the number of journals of the reference
 * @param lines a JSON array of the lines: lineNo from 1, account, side, amount
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
        @JsonRawValue String lines,
        String walletId,
        long walletVersion,
        long balanceAfter,
        int book,
        long journalNo,
        String hash,
        String previousHash,
        Instant occurredAt,
        Instant recordedAt,
        Instant postedAt) {}
