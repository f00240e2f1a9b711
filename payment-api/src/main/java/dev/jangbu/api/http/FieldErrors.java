package dev.jangbu.api.http;

import dev.jangbu.api.http.Problem.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is wrong with a body, gathered field by field, so that a client hears of everything at once. */
public final class FieldErrors {

    private final List<FieldError> errors = new ArrayList<>();

    public void add(String field, String detail) {
        errors.add(new FieldError(field, detail));
    }

    /**
     * A text that people read: 1 to so many characters, none of them a control character.
     *
     * @return the text, or an empty one after noting what is wrong
     */
    public String text(String field, @Nullable String value, int maxChars) {
        boolean sound = value != null
                && !value.isBlank()
                && value.length() <= maxChars
                && value.chars().noneMatch(Character::isISOControl);
        if (!sound || value == null) {
            add(field, "must be a text of 1 to " + maxChars + " characters");
            return "";
        }
        return value;
    }

    /** @throws Problem 422 {@code invalid-field} if anything is wrong */
    public void throwIfAny() {
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors);
        }
    }
}
