package dev.jangbu.api.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

    private static final Pattern WAIT =
            Pattern.compile("(?:^|[,;\\s])wait\\s*=\\s*\"?(\\d{1,9})\"?(?=$|[,;\\s])", Pattern.CASE_INSENSITIVE);

    private static final Pattern RESPOND_ASYNC =
            Pattern.compile("(?:^|[,;\\s])respond-async(?=$|[,;\\s])", Pattern.CASE_INSENSITIVE);

    /** Parses the header. Unknown preferences are ignored, as the RFC requires; the first of several waits applies. */
    public static PreferHeader of(HttpHeaders headers) {
        String all = String.join(",", headers.getOrEmpty("Prefer"));
        Matcher wait = WAIT.matcher(all);
        Optional<Duration> requested =
                wait.find() ? Optional.of(Duration.ofSeconds(Long.parseLong(wait.group(1)))) : Optional.empty();
        return new PreferHeader(
                RESPOND_ASYNC.matcher(all).find(),
                requested.map(duration -> duration.compareTo(WAIT_MAX) > 0 ? WAIT_MAX : duration));
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
