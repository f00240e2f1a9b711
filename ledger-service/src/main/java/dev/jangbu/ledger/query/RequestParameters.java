package dev.jangbu.ledger.query;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Currency;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the parameters of a question, each as the API's contract defines it; what is not of its form is refused. */
final class RequestParameters {

    static final int LIMIT_DEFAULT = 20;
    static final int LIMIT_MAX = 100;

    private static final Pattern LIMIT = Pattern.compile("[0-9]{1,3}");
    private static final Pattern SELLER_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private RequestParameters() {}

    /** How many items a page may have: 1 to 100, 20 if not said. */
    static int limit(@Nullable String text) {
        if (text == null) {
            return LIMIT_DEFAULT;
        }
        int limit = LIMIT.matcher(text).matches() ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > LIMIT_MAX) {
            throw new InvalidParameterException("limit", "must be a whole number from 1 to " + LIMIT_MAX);
        }
        return limit;
    }

    /** An ISO 4217 currency, which must be said. */
    static String currency(@Nullable String text) {
        if (text == null) {
            throw new InvalidParameterException("currency", "is required");
        }
        try {
            if (Currency.getInstance(text).getCurrencyCode().equals(text)) {
                return text;
            }
        } catch (IllegalArgumentException unknown) {
            // Refused below, as one that is known by another name.
        }
        throw new InvalidParameterException("currency", "must be the three letters of an ISO 4217 currency");
    }

    static String sellerId(String text) {
        if (!SELLER_ID.matcher(text).matches()) {
            throw new InvalidParameterException("sellerId", "must be 1 to 64 of A-Z a-z 0-9 _ -");
        }
        return text;
    }

    /** A point in time (RFC 3339), with any offset; null if not said. */
    static @Nullable Instant at(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            OffsetDateTime time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
            // RFC 3339 years have four digits; PostgreSQL does not reach as far as Java either.
            if (time.getYear() >= 1 && time.getYear() <= 9999) {
                // As finely as PostgreSQL keeps times: it would round, and what comes a moment later must not be
                // included.
                return time.toInstant().truncatedTo(ChronoUnit.MICROS);
            }
        } catch (DateTimeException unreadable) {
            // Refused below, as a year that nobody means.
        }
        throw new InvalidParameterException(
                "at", "must be a time as in RFC 3339, for instance 2026-01-31T09:00:00Z (a + percent-encoded)");
    }
}
