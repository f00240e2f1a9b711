package dev.jangbu.ledger.journal;

import dev.jangbu.contract.SettlementKind;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The content of a ledger entry, without its number in the book. Equal entries have the same lines in the same order.
 *
 * @param settlementId identifies the journal
 * @param referenceId the payment, refund or payout
 * @param referenceParts the number of journals of the reference
 * @param part the number of this journal in its reference, 1 to referenceParts; null if the entry is older than this field
 * @param currency ISO 4217 letters, of every line
 * @param walletId sellerId:currency
 * @param balanceAfterMinor the wallet's balance after this entry, minor units; may be negative
 * @param walletVersion the number of the wallet's entries, this one included
 * @param occurredAt when the money moved, in milliseconds
 * @param recordedAt when the request was recorded, in milliseconds; reads at a point in time compare with this
 */
public record Entry(
        UUID settlementId,
        SettlementKind kind,
        UUID referenceId,
        int referenceParts,
        @Nullable Integer part,
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
