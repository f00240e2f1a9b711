package dev.jangbu.settlement.query;

import dev.jangbu.contract.CurrencyCode;
import dev.jangbu.contract.SellerId;
import org.jspecify.annotations.Nullable;

/**
 * The key of a wallet.
 *
 * @param sellerId a valid {@link SellerId}
 * @param currency a listed {@link CurrencyCode}
 */
record WalletKey(String sellerId, String currency) {

    /** @throws InvalidFieldException if a part is missing or invalid */
    static WalletKey of(String sellerId, @Nullable String currency) {
        if (!SellerId.isValid(sellerId)) {
            throw new InvalidFieldException("sellerId", SellerId.RULE);
        }
        if (currency == null) {
            throw new InvalidFieldException("currency", "is required");
        }
        if (!CurrencyCode.isListed(currency)) {
            throw new InvalidFieldException("currency", CurrencyCode.RULE);
        }
        return new WalletKey(sellerId, currency);
    }

    /** The key in topics and stores, {@code sellerId:currency}. */
    String walletId() {
        return sellerId + ":" + currency;
    }
}
