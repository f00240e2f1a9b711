package dev.jangbu.api.auth;

import dev.jangbu.api.http.CardNumbers;
import dev.jangbu.api.http.FieldErrors;
import dev.jangbu.api.http.Problem;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The body of a request for an API key, not validated yet. */
record ApiKeyRequest(
        @Nullable String name,
        @Nullable List<@Nullable String> scopes,
        @Nullable String expiresAt) {

    private static final int NAME_MAX = 100;

    /** A date-time with offset, to the second or finer (RFC 3339, section 5.6). */
    private static final Pattern RFC_3339 = Pattern.compile(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?(Z|[+-]\\d\\d:\\d\\d)", Pattern.CASE_INSENSITIVE);

    /** @param expiresAt to the millisecond; null: never */
    record Valid(String name, Set<Scope> scopes, @Nullable Instant expiresAt) {}

    /** @throws Problem 422 that names every invalid field */
    Valid validated(Instant now) {
        FieldErrors errors = new FieldErrors();
        if (name == null
                || name.isBlank()
                || FieldErrors.length(name) > NAME_MAX
                || name.codePoints().anyMatch(Character::isISOControl)) {
            errors.add("name", "must be 1 to 100 characters, not all blank, without control characters");
        }
        Set<Scope> known = knownScopes(errors);
        Instant expiry = expiresAt == null ? null : expiry(expiresAt, now, errors);
        errors.throwIfAny();
        String label = Objects.requireNonNull(name, "an error was reported");
        CardNumbers.refuseIn("name", label);
        return new Valid(label, known, expiry);
    }

    private Set<Scope> knownScopes(FieldErrors errors) {
        Set<Scope> known = EnumSet.noneOf(Scope.class);
        if (scopes == null || scopes.isEmpty()) {
            errors.add("scopes", "must be at least one of " + Scope.all());
            return known;
        }
        for (int i = 0; i < scopes.size(); i++) {
            String text = scopes.get(i);
            Scope scope = text == null ? null : Scope.of(text).orElse(null);
            if (scope == null || !known.add(scope)) {
                errors.add(
                        "scopes[" + i + "]", scope == null ? "must be one of " + Scope.all() : "must not be repeated");
                // Report the first one only: there may be thousands.
                return known;
            }
        }
        return known;
    }

    private static @Nullable Instant expiry(String text, Instant now, FieldErrors errors) {
        try {
            if (RFC_3339.matcher(text).matches()) {
                Instant expiry = OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MILLIS);
                if (expiry.isAfter(now)) {
                    return expiry;
                }
            }
        } catch (DateTimeException e) {
            // Reported below, like a value of another form.
        }
        errors.add("expiresAt", "must be a time in the future in RFC 3339 format: 2030-01-31T00:00:00Z");
        return null;
    }
}
