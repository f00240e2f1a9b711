package dev.jangbu.settlement.wallet;

import java.time.Instant;

/**
 * A seller's balance in one currency. The store's key is the walletId, {@code sellerId:currency}.
 *
 * @param balance minor units; negative after a refund of money that was already paid out
 * @param version the number of the wallet's entries: 1, 2, 3 and so on, without a gap
 * @param updatedAt the timestamp of the last request that changed it
 */
public record Wallet(long balance, long version, Instant updatedAt) {

    public Wallet {
        if (version < 1) {
            throw new IllegalArgumentException("A wallet has at least one entry, but its version is " + version);
        }
    }
}
