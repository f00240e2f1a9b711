package dev.jangbu.api.http;

import dev.jangbu.api.http.Problem.FieldError;
import dev.jangbu.contract.CurrencyCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Collects the invalid fields of a request body, so that one response reports all of them. Not thread-safe. */
public final class FieldErrors {

    private final List<FieldError> errors = new ArrayList<>();

    public void add(String field, String detail) {
        errors.add(new FieldError(field, detail));
    }

    /** The length as OpenAPI counts it: Unicode code points (JSON Schema, section 6.3). */
    public static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /**
     * Validates free text: 1 to {@code maxChars} characters, not all blank, without control characters; empty if it is
     * invalid, after adding the error.
     */
    public String text(String field, @Nullable String value, int maxChars) {
        boolean valid = value != null
                && !value.isBlank()
                && length(value) <= maxChars
                && value.chars().noneMatch(Character::isISOControl);
        if (!valid || value == null) {
            add(field, "must be a text of 1 to " + maxChars + " characters");
            return "";
        }
        return value;
    }

    /** Validates text by a pattern, with the rule for the client; empty if it is invalid, after adding the error. */
    public String matching(String field, @Nullable String value, Pattern pattern, String mustBe) {
        if (value == null || !pattern.matcher(value).matches()) {
            add(field, mustBe);
            return "";
        }
        return value;
    }

    /** Validates a currency by the accepted ones; empty if it is none of them, after adding the error, which names them. */
    public String currency(String field, @Nullable String value, Collection<String> accepted) {
        if (value == null || !accepted.contains(value)) {
            add(field, "must be a currency that the payment service provider takes: " + String.join(", ", accepted));
            return "";
        }
        return value;
    }

    /** Validates the code of a currency with known minor units; empty if it is invalid, after adding the error. */
    public String currency(String field, @Nullable String value) {
        if (value == null || !CurrencyCode.hasMinorUnits(value)) {
            add(field, CurrencyCode.RULE);
            return "";
        }
        return value;
    }

    /** Validates an amount in minor units, from 1 to a limit; 0 if it is invalid, after adding the error. */
    public long amountMinor(String field, @Nullable Long value, long maxMinor) {
        if (value == null || value <= 0 || value > maxMinor) {
            add(field, "must be an integer from 1 to " + maxMinor + ", in minor units");
            return 0;
        }
        return value;
    }

    /** @throws Problem 422 {@code invalid-field} if there are errors */
    public void throwIfAny() {
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors);
        }
    }
}
