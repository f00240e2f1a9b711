package dev.jangbu.settlement.query;

import dev.jangbu.settlement.wallet.Wallet;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A wallet as the API shows it.
 *
 * @param walletId sellerId:currency
 * @param balance minor units
 * @param version the number of its entries
 * @param updatedAt the time of its last change; null if it has no entry
 */
record WalletView(
        String walletId,
        String sellerId,
        String currency,
        long balance,
        long version,
        @Nullable Instant updatedAt) {

    /** @param wallet null if it has no entry; the view then has balance 0 and version 0 */
    static WalletView of(WalletKey key, @Nullable Wallet wallet) {
        long balance = wallet == null ? 0 : wallet.balance();
        long version = wallet == null ? 0 : wallet.version();
        Instant updatedAt = wallet == null ? null : wallet.updatedAt();
        return new WalletView(key.walletId(), key.sellerId(), key.currency(), balance, version, updatedAt);
    }
}
