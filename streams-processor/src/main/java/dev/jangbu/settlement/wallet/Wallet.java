package dev.jangbu.settlement.wallet;

import java.time.Instant;

/**
 * A seller's money in one currency. Stored under its walletId, which is {@code sellerId:currency}.
 *
 * @param balance minor units; below 0 after a refund of money that is already paid out
 * @param version how many entries the wallet has: 1, 2, 3 and so on, without a gap
 * @param updatedAt the timestamp of the request that moved it last
 */
public record Wallet(long balance, long version, Instant updatedAt) {

    public Wallet {
        if (version < 1) {
            throw new IllegalArgumentException(
                    "A wallet exists from its first entry on, but its version is " + version);
        }
    }
}
