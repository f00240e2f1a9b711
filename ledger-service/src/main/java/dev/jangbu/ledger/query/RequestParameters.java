package dev.jangbu.ledger.query;

import dev.jangbu.contract.CurrencyCode;
import dev.jangbu.contract.SellerId;
import dev.jangbu.ledger.query.InvalidParameterException.FieldError;
import jakarta.servlet.http.HttpServletRequest;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The query parameters of one request. Each getter parses one parameter and throws {@link InvalidParameterException}.
 */
final class RequestParameters {

    static final String AT = "at";
    static final String CURRENCY = "currency";
    static final String CURSOR = "cursor";
    static final String LIMIT = "limit";

    private static final int LIMIT_DEFAULT = 20;
    private static final int LIMIT_MAX = 100;

    private static final Pattern OFFSET_AFTER_SPACE = Pattern.compile(" \\d\\d:?\\d\\d$");
    private static final Pattern LIMIT_DIGITS = Pattern.compile("[0-9]{1,3}");
    private static final Pattern PRINTABLE_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,40}");

    private final HttpServletRequest request;

    private RequestParameters(HttpServletRequest request) {
        this.request = request;
    }

    /**
     * The parameters of a request for a resource that takes only {@code allowed}.
     *
     * @throws InvalidParameterException that names every parameter that is unknown, repeated or empty
     */
    static RequestParameters of(HttpServletRequest request, String... allowed) {
        List<String> known = List.of(allowed);
        List<FieldError> errors = new ArrayList<>();
        request.getParameterMap().forEach((name, values) -> {
            if (!known.contains(name)) {
                String hint = known.isEmpty() ? "it takes none" : "it takes " + String.join(", ", known);
                errors.add(new FieldError(printable(name), "is not a parameter of this resource: " + hint));
            } else if (values.length != 1 || values[0].isEmpty()) {
                errors.add(new FieldError(name, "must be given once, with a value"));
            }
        });
        if (!errors.isEmpty()) {
            throw new InvalidParameterException(errors);
        }
        return new RequestParameters(request);
    }

    /** The page size: 1 to 100; 20 by default. */
    int limit() {
        String text = request.getParameter(LIMIT);
        if (text == null) {
            return LIMIT_DEFAULT;
        }
        int limit = LIMIT_DIGITS.matcher(text).matches() ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > LIMIT_MAX) {
            throw new InvalidParameterException(LIMIT, "must be a whole number from 1 to " + LIMIT_MAX);
        }
        return limit;
    }

    /** The cursor, not parsed; null for the first page. */
    @Nullable
    String cursor() {
        return request.getParameter(CURSOR);
    }

    /** The ISO 4217 currency; required. */
    String currency() {
        String text = request.getParameter(CURRENCY);
        if (text == null) {
            throw new InvalidParameterException(CURRENCY, "is required");
        }
        if (!CurrencyCode.isListed(text)) {
            throw new InvalidParameterException(CURRENCY, CurrencyCode.RULE);
        }
        return text;
    }

    /** The point in time (RFC 3339, any offset), truncated to microseconds; null for now. */
    @Nullable
    Instant at() {
        String text = request.getParameter(AT);
        if (text == null) {
            return null;
        }
        try {
            OffsetDateTime time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
            // RFC 3339 years have four digits. PostgreSQL's range is smaller than Java's.
            if (time.getYear() >= 1 && time.getYear() <= 9999) {
                // PostgreSQL stores microseconds and would round up, which would include later lines.
                return time.toInstant().truncatedTo(ChronoUnit.MICROS);
            }
        } catch (DateTimeException e) {
            // Unreadable times are refused below.
        }
        throw new InvalidParameterException(
                AT,
                OFFSET_AFTER_SPACE.matcher(text).find()
                        ? "has a space in place of the + of its offset: a + in a query is a space; send it as %2B"
                        : "must be a time as in RFC 3339, for instance 2026-01-31T09:00:00Z");
    }

    /** Checks a seller id of the path. */
    static String sellerId(String text) {
        if (!SellerId.isValid(text)) {
            throw new InvalidParameterException("sellerId", SellerId.RULE);
        }
        return text;
    }

    /** Names come from the client: only plain ones are repeated in the problem. */
    private static String printable(String name) {
        return PRINTABLE_NAME.matcher(name).matches() ? name : "a parameter";
    }
}
