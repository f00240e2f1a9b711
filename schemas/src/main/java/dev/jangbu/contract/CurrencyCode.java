package dev.jangbu.contract;

import java.util.Currency;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Validates currency codes (ISO 4217). Three rules, from loose to strict:
 *
 * <ul>
 *   <li>{@link #isWellFormed}: records, so that a currency added to ISO 4217 later passes every reader
 *   <li>{@link #isListed}: parameters of reads
 *   <li>{@link #hasMinorUnits}: new payments and payouts
 * </ul>
 */
public final class CurrencyCode {

    /** The form as a regular expression, for schemas and messages. */
    public static final String PATTERN = "[A-Z]{3}";

    /** The rule in words, for a problem's detail; follows the name of the field. */
    public static final String RULE = "must be the three letters of an ISO 4217 currency";

    private static final Set<String> LISTED = codes(currency -> true);
    private static final Set<String> WITH_MINOR_UNITS = codes(currency -> currency.getDefaultFractionDigits() >= 0);

    private CurrencyCode() {}

    /** True for three of A-Z. */
    public static boolean isWellFormed(String text) {
        return text.length() == 3 && isLetter(text.charAt(0)) && isLetter(text.charAt(1)) && isLetter(text.charAt(2));
    }

    /** True for every code that the JDK knows, gold (XAU) and "no currency" (XXX) included. */
    public static boolean isListed(String text) {
        return LISTED.contains(text);
    }

    /** True for the listed codes that amounts can be in: not for gold, test codes or "no currency". */
    public static boolean hasMinorUnits(String text) {
        return WITH_MINOR_UNITS.contains(text);
    }

    private static boolean isLetter(char c) {
        return c >= 'A' && c <= 'Z';
    }

    private static Set<String> codes(Predicate<Currency> included) {
        return Currency.getAvailableCurrencies().stream()
                .filter(included)
                .map(Currency::getCurrencyCode)
                .collect(Collectors.toUnmodifiableSet());
    }
}
