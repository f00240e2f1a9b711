package dev.jangbu.api.psp;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Minor units to and from the decimals that PSPs speak: 1230 is 1230 in KRW and 12.30 in USD (ISO 4217). */
public final class Money {

    /** Those that have minor units: neither gold nor the codes for tests and for no currency at all. */
    private static final Set<String> CURRENCIES = Currency.getAvailableCurrencies().stream()
            .filter(currency -> currency.getDefaultFractionDigits() >= 0)
            .map(Currency::getCurrencyCode)
            .collect(Collectors.toUnmodifiableSet());

    private Money() {}

    /** Whether these are the letters of a currency that ISO 4217 lists and money can be in. */
    public static boolean isCurrency(@Nullable String code) {
        return code != null && CURRENCIES.contains(code);
    }

    /** The amount with exactly the currency's decimals. */
    public static BigDecimal decimal(long minorUnits, String currency) {
        return BigDecimal.valueOf(minorUnits, digits(currency));
    }

    /**
     * The amount in minor units.
     *
     * @throws ArithmeticException if it has more decimals than the currency, or is out of the range of long
     */
    public static long minorUnits(BigDecimal amount, String currency) {
        return amount.movePointRight(digits(currency)).longValueExact();
    }

    private static int digits(String currency) {
        return Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits());
    }
}
