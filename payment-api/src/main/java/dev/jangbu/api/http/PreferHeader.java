package dev.jangbu.api.http;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;

/**
 * The {@code Prefer} header.
 *
 * @param respondAsync whether the client prefers 202 over waiting for the outcome
 * @param waitFor how long the client waits for the payment to become final, at most {@link #WAIT_MAX}
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7240">RFC 7240</a>
 */
public record PreferHeader(boolean respondAsync, Optional<Duration> waitFor) {

    /** Longer waits are reduced to this. */
    public static final Duration WAIT_MAX = Duration.ofSeconds(30);

    /**
     * A name, its value without parameters; no name if the element is malformed. Text in quotes may contain any separator. The repetitions are possessive: a
     * header may have 8 KiB, and backtracking would need a stack frame for each character.
     */
    private static final Pattern PREFERENCE = Pattern.compile("""
            \\G (?: \\s*+ (?<name> [^\\s,;="]++ ) \\s*+
            (?: = \\s*+ (?: (?<token> [^\\s,;="]++ ) | "(?<text> (?: [^"\\\\]++ | \\\\. )*+ )" )? )? )?+
            (?: [^,"]++ | " (?: [^"\\\\]++ | \\\\. )*+ (?: " | \\\\?+ \\z ) )*+
            (?: , | \\z )""", Pattern.COMMENTS);

    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    /** Parses the header. Unknown preferences are ignored, as the RFC requires; the first of several of a name applies. */
    public static PreferHeader of(HttpHeaders headers) {
        Map<String, String> preferences = new HashMap<>();
        Matcher preference = PREFERENCE.matcher(String.join(",", headers.getOrEmpty("Prefer")));
        while (preference.find()) {
            String name = preference.group("name");
            if (name != null) {
                String text = Objects.requireNonNullElse(preference.group("text"), "");
                preferences.putIfAbsent(
                        name.toLowerCase(Locale.ROOT), Objects.requireNonNullElse(preference.group("token"), text));
            }
        }
        return new PreferHeader(
                "".equals(preferences.get("respond-async")),
                Optional.ofNullable(preferences.get("wait"))
                        .filter(seconds -> NUMBER.matcher(seconds).matches())
                        .map(seconds -> new BigInteger(seconds).min(BigInteger.valueOf(WAIT_MAX.toSeconds())))
                        .map(seconds -> Duration.ofSeconds(seconds.longValueExact())));
    }

    /** The value of {@code Preference-Applied}; empty if neither a wait nor {@code respond-async} was applied. */
    public Optional<String> applied(boolean async) {
        List<String> applied = new ArrayList<>();
        if (async) {
            applied.add("respond-async");
        }
        waitFor.ifPresent(duration -> applied.add("wait=" + duration.toSeconds()));
        return applied.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", applied));
    }
}
