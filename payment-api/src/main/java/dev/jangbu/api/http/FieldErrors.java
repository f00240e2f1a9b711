package dev.jangbu.api.http;

import dev.jangbu.api.http.Problem.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the invalid fields of a request body, so that one response reports all of them. Not thread-safe. */
public final class FieldErrors {

    private final List<FieldError> errors = new ArrayList<>();

    public void add(String field, String detail) {
        errors.add(new FieldError(field, detail));
    }

    /**
     * Validates free text: 1 to {@code maxChars} characters, not all blank, without control characters.
     *
     * @return the text; empty if it is invalid, after adding the error
     */
    public String text(String field, @Nullable String value, int maxChars) {
        boolean valid = value != null
                && !value.isBlank()
                && value.length() <= maxChars
                && value.chars().noneMatch(Character::isISOControl);
        if (!valid || value == null) {
            add(field, "must be a text of 1 to " + maxChars + " characters");
            return "";
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
