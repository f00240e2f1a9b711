package dev.jangbu.settlement.query;

import java.util.Currency;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which wallet is asked for.
 *
 * @param sellerId {@code [A-Za-z0-9_-]{1,64}}
 * @param currency ISO 4217 letters
 */
record WalletKey(String sellerId, String currency) {

    private static final Pattern SELLER_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /** @throws InvalidFieldException if a part is missing or is not of its form */
    static WalletKey of(String sellerId, @Nullable String currency) {
        if (!SELLER_ID.matcher(sellerId).matches()) {
            throw new InvalidFieldException("sellerId", "must be 1 to 64 of A-Z a-z 0-9 _ -");
        }
        if (currency == null) {
            throw new InvalidFieldException("currency", "is required");
        }
        if (!isIso4217(currency)) {
            throw new InvalidFieldException("currency", "must be the three letters of an ISO 4217 currency");
        }
        return new WalletKey(sellerId, currency);
    }

    /** As it is written in every topic and store. */
    String walletId() {
        return sellerId + ":" + currency;
    }

    private static boolean isIso4217(String code) {
        try {
            return Currency.getInstance(code).getCurrencyCode().equals(code);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
