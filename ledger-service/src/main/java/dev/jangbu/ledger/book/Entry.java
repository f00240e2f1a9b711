package dev.jangbu.ledger.book;

import dev.jangbu.contract.SettlementKind;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What a journal says: the content of a ledger entry, without its place in the book. Two entries are equal if they say
 * the same, in the same order of lines.
 *
 * @param settlementId identifies the journal
 * @param referenceId the payment, refund or payout
 * @param referenceParts how many journals the reference will have in all
 * @param currency ISO 4217 letters, of every line
 * @param walletId sellerId:currency
 * @param balanceAfterMinor the wallet's balance with this entry, minor units; may be below 0
 * @param walletVersion the number of the wallet's entries with this one
 * @param occurredAt when the money moved, in milliseconds
 * @param recordedAt when the request was recorded, in milliseconds: points in time of the book mean this
 */
public record Entry(
        UUID settlementId,
        SettlementKind kind,
        UUID referenceId,
        int referenceParts,
        String currency,
        List<Line> lines,
        String walletId,
        long balanceAfterMinor,
        long walletVersion,
        Instant occurredAt,
        Instant recordedAt) {

    public Entry {
        lines = List.copyOf(lines);
    }
}
