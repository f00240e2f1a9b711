package dev.jangbu.simulator;

import java.math.BigDecimal;

/**
 * The supported currencies with their number of decimals (ISO 4217).
 *
 * <p>Toss's confirm has no currency field: the real Toss knows it from the checkout, which the simulator does not have.
 * The notation of the amount decides: a JSON number with a decimal point ({@code 12.30}, {@code 12.00}) is US dollars,
 * one without ({@code 12000}) is Korean won.
 */
enum Currency {
    KRW(0),
    USD(2);

    private final int digits;

    Currency(int digits) {
        this.digits = digits;
    }

    /** The currency of a confirm, from the notation of its amount. */
    static Currency ofConfirmed(BigDecimal amount) {
        return amount.scale() == 0 ? KRW : USD;
    }

    /**
     * The amount in minor units.
     *
     * @throws InvalidRequestException if it is not positive, too large, or has more decimals than the currency
     */
    long minor(BigDecimal amount) {
        // Check the scale first: an exponent such as 1E+999999999 must not be expanded.
        if (amount.scale() < 0 || amount.scale() > digits) {
            throw new InvalidRequestException("an amount in " + this + " has at most " + digits + " decimals");
        }
        BigDecimal minor = amount.movePointRight(digits);
        if (minor.signum() <= 0 || minor.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new InvalidRequestException("an amount is above 0 and at most " + Long.MAX_VALUE + " minor units");
        }
        return minor.longValueExact();
    }

    /** The amount as Toss writes it: an integer for won, two decimals for dollars. */
    BigDecimal decimal(long minor) {
        return BigDecimal.valueOf(minor, digits);
    }
}
