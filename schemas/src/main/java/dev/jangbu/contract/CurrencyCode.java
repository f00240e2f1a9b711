package dev.jangbu.contract;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Currency;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Validates currency codes (ISO 4217). Rules, from loose to strict:
 *
 * <ul>
 *   <li>{@link #isWellFormed}: records, so that a currency added to ISO 4217 later passes every reader
 *   <li>{@link #isListed}: parameters of reads
 *   <li>{@link #hasMinorUnits}: payouts of wallets, whose currency may have been withdrawn since
 *   <li>{@link #current}: new payments, in so far as the PSP takes them
 * </ul>
 *
 * <p>The current list is the resource {@code iso-4217.csv}, which names its source and date. Withdrawn codes are those that
 * only the JDK knows.
 */
public final class CurrencyCode {

    /** The form as a regular expression, for schemas and messages. */
    public static final String PATTERN = "[A-Z]{3}";

    /** The rule in words, for a problem's detail; follows the name of the field. */
    public static final String RULE = "must be the three letters of an ISO 4217 currency";

    private static final int UNKNOWN = Integer.MIN_VALUE;

    private static final SortedMap<String, Integer> CURRENT = read();

    private CurrencyCode() {}

    /** True for three of A-Z. */
    public static boolean isWellFormed(String text) {
        return text.length() == 3 && isLetter(text.charAt(0)) && isLetter(text.charAt(1)) && isLetter(text.charAt(2));
    }

    /** True for every code of the current list or the JDK: withdrawn codes, gold and "no currency" included. */
    public static boolean isListed(String text) {
        return CURRENT.containsKey(text) || jdkDigits(text) != UNKNOWN;
    }

    /** True for the listed codes that amounts can be in: not for gold, test codes or "no currency". */
    public static boolean hasMinorUnits(String text) {
        return CURRENT.containsKey(text) || jdkDigits(text) >= 0;
    }

    /** The current currencies, in alphabetical order, with their number of decimals. */
    public static SortedMap<String, Integer> current() {
        return CURRENT;
    }

    /**
     * The number of decimals of a current or withdrawn currency.
     *
     * @throws IllegalArgumentException if amounts can't be in it
     */
    public static int digits(String code) {
        Integer digits = CURRENT.get(code);
        int known = digits == null ? jdkDigits(code) : digits;
        if (known < 0) {
            throw new IllegalArgumentException(code + " is no currency with minor units");
        }
        return known;
    }

    private static boolean isLetter(char c) {
        return c >= 'A' && c <= 'Z';
    }

    /** −1 for a code without minor units. */
    private static int jdkDigits(String text) {
        try {
            return isWellFormed(text) ? Currency.getInstance(text).getDefaultFractionDigits() : UNKNOWN;
        } catch (IllegalArgumentException e) {
            return UNKNOWN;
        }
    }

    private static SortedMap<String, Integer> read() {
        try (InputStream list = CurrencyCode.class.getResourceAsStream("iso-4217.csv");
                BufferedReader lines = new BufferedReader(new InputStreamReader(
                        Objects.requireNonNull(list, "iso-4217.csv is in the jar"), StandardCharsets.UTF_8))) {
            SortedMap<String, Integer> digits = new TreeMap<>();
            lines.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(",", 2))
                    .forEach(pair -> digits.put(pair[0], Integer.valueOf(pair[1])));
            return Collections.unmodifiableSortedMap(digits);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
