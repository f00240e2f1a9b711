package dev.jangbu.api.payout;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A stored payout.
 *
 * @param amountMinor in minor units of the currency, above 0
 * @param destination the marketplace's name of the destination
 * @param rejection why the wallet refused; null unless REJECTED
 * @param expectedVersion the wallet version that the payout expects; null for any
 * @param position position of its entries in the ledger, once booked; a wallet read with it is at least that recent
 * @param version counts the changes of status, from 1
 */
public record Payout(
        UUID id,
        String sellerId,
        String currency,
        long amountMinor,
        String destination,
        PayoutStatus status,
        @Nullable String rejection,
        @Nullable Long expectedVersion,
        long version,
        Instant createdAt,
        @Nullable Instant decidedAt,
        @Nullable String position) {

    /** The wallet that the payout debits. */
    public String walletId() {
        return sellerId + ":" + currency;
    }
}
