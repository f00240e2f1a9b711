package dev.jangbu.api.psp;

import java.math.BigDecimal;
import java.util.Currency;

/** Converts minor units to and from the PSP's decimals: 1230 minor units are 1230 KRW and 12.30 USD (ISO 4217). */
public final class Money {

    private Money() {}

    /** The amount with the currency's number of decimals. */
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
