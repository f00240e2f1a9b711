package dev.jangbu.simulator;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A current currency of ISO 4217. All of the list are supported; the list is the resource of the module {@code schemas}.
 *
 * @param digits the number of decimals
 */
record Currency(String code, int digits) {

    /** A confirm may name its currency in this header: the real Toss, which ignores it, knows it from the checkout. */
    static final String HEADER = "Jangbu-Currency";

    private static final Map<String, Currency> CURRENT = read();

    static final Currency KRW = of("KRW");
    private static final Currency USD = of("USD");

    /** @throws InvalidRequestException if it is no current currency */
    static Currency of(String code) {
        Currency currency = CURRENT.get(code);
        if (currency == null) {
            throw new InvalidRequestException("the currency is not in the current list of ISO 4217");
        }
        return currency;
    }

    /**
     * The currency of a confirm: the named one. Without a name the notation of the amount decides: a JSON number with a
     * decimal point ({@code 12.30}, {@code 12.00}) is US dollars, one without ({@code 12000}) is Korean won.
     *
     * @param named the value of {@link #HEADER}; null if the confirm had none
     */
    static Currency ofConfirmed(@Nullable String named, BigDecimal amount) {
        return named != null ? of(named) : amount.scale() == 0 ? KRW : USD;
    }

    /**
     * The amount in minor units.
     *
     * @throws InvalidRequestException if it is not positive, too large, or has more decimals than the currency
     */
    long minor(BigDecimal amount) {
        // Check the scale first: an exponent such as 1E+999999999 must not be expanded.
        if (amount.scale() < 0 || amount.scale() > digits) {
            throw new InvalidRequestException("an amount in " + code + " has at most " + digits + " decimals");
        }
        BigDecimal minor = amount.movePointRight(digits);
        if (minor.signum() <= 0 || minor.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new InvalidRequestException("an amount is above 0 and at most " + Long.MAX_VALUE + " minor units");
        }
        return minor.longValueExact();
    }

    /** The amount as Toss writes it, with the currency's number of decimals. */
    BigDecimal decimal(long minor) {
        return BigDecimal.valueOf(minor, digits);
    }

    @Override
    public String toString() {
        return code;
    }

    private static Map<String, Currency> read() {
        try (InputStream list = Currency.class.getResourceAsStream("iso-4217.csv");
                BufferedReader lines = new BufferedReader(new InputStreamReader(
                        Objects.requireNonNull(list, "iso-4217.csv is in the jar"), StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(",", 2))
                    .map(pair -> new Currency(pair[0], Integer.parseInt(pair[1])))
                    .collect(Collectors.toUnmodifiableMap(Currency::code, currency -> currency));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
