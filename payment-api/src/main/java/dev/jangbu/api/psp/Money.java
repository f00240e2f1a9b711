package dev.jangbu.api.psp;

import dev.jangbu.contract.CurrencyCode;
import java.math.BigDecimal;

/** Converts minor units to and from the PSP's decimals: 1230 minor units are 1230 KRW and 12.30 USD (ISO 4217). */
public final class Money {

    private Money() {}

    /** The amount with the currency's number of decimals. */
    public static BigDecimal decimal(long minorUnits, String currency) {
        return BigDecimal.valueOf(minorUnits, CurrencyCode.digits(currency));
    }

    /**
     * The amount in minor units.
     *
     * @throws IllegalArgumentException if the currency is unknown, or has no minor units
     * @throws ArithmeticException if it has more decimals than the currency, or is out of the range of long
     */
    public static long minorUnits(BigDecimal amount, String currency) {
        return amount.movePointRight(CurrencyCode.digits(currency)).longValueExact();
    }
}
