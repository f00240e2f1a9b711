package dev.jangbu.ledger.reconcile;

import dev.jangbu.contract.CurrencyCode;
import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An amount as a file writes it: {@code 20000}, {@code 12.30}, {@code 12,30}, {@code 1,234.56}, {@code 1.234,56}. Pure
 * functions.
 */
final class FileAmount {

    /** Thousands are tried first: {@code 1,234} is no decimal but of a currency with three. */
    private static final Pattern NUMBER = Pattern.compile(
            "(?<sign>[-\u2212]?)(?:(?<groups>[0-9]{1,3}(?<by>[,.' \u00a0\u202f])[0-9]{3}(?:\\k<by>[0-9]{3})*)|(?<whole>[0-9]+))"
                    + "(?:(?!\\k<by>)[.,](?<decimals>[0-9]+))?");

    private FileAmount() {}

    /**
     * The value of a text.
     *
     * @param digits the number of decimals of the currency: of three, {@code 1.234} is a decimal
     * @throws NumberFormatException if it is no number, or has two meanings: {@code 1,234} of three decimals, {@code 1.234}
     *     of another number
     */
    static BigDecimal parse(String text, int digits) {
        Matcher number = NUMBER.matcher(text.strip());
        if (!number.matches()) {
            throw new NumberFormatException();
        }
        String groups = number.group("groups");
        String decimals = number.group("decimals");
        BigDecimal value = groups == null
                ? decimal(number.group("whole"), decimals)
                : grouped(groups, number.group("by"), decimals, digits);
        return number.group("sign").isEmpty() ? value : value.negate();
    }

    private static BigDecimal grouped(String groups, String by, @Nullable String decimals, int digits) {
        boolean mayBeDecimals = decimals == null && groups.indexOf(by) == groups.lastIndexOf(by);
        if (mayBeDecimals && by.equals(".") && digits == 3) {
            return new BigDecimal(groups);
        }
        if (mayBeDecimals && (by.equals(".") || (by.equals(",") && digits == 3))) {
            throw new NumberFormatException();
        }
        return decimal(groups.replace(by, ""), decimals);
    }

    private static BigDecimal decimal(String whole, @Nullable String decimals) {
        return new BigDecimal(decimals == null ? whole : whole + "." + decimals);
    }

    /**
     * The minor units of a decimal amount.
     *
     * @throws ArithmeticException if it has more decimals than the currency, or is out of the range of long
     */
    static long minorUnits(BigDecimal amount, String currency) {
        return amount.movePointRight(CurrencyCode.digits(currency)).longValueExact();
    }
}
