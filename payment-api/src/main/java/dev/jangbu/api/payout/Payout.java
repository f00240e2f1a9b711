package dev.jangbu.api.payout;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A payout as it is stored.
 *
 * @param amount minor units of the currency, above 0
 * @param destination where the money goes, in the marketplace's own words
 * @param rejection why the wallet refused; null unless REJECTED
 * @param expectedVersion the wallet's version that it was asked for; null: any
 * @param position where its entries stand in the books, once it is booked: a wallet read that is given it is no older
 * @param version counts the changes of status, from 1
 */
public record Payout(
        UUID id,
        String sellerId,
        String currency,
        long amount,
        String destination,
        PayoutStatus status,
        @Nullable String rejection,
        @Nullable Long expectedVersion,
        long version,
        Instant createdAt,
        @Nullable Instant decidedAt,
        @Nullable String position) {

    /** The wallet that it is taken from. */
    public String walletId() {
        return sellerId + ":" + currency;
    }
}
