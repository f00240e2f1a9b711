package dev.jangbu.api.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;

/**
 * The {@code Prefer} header: what a client would like and may not get.
 *
 * @param respondAsync whether it would rather be told that its call was taken than wait for the outcome
 * @param waitFor how long it will wait for the payment to complete, at most {@link #WAIT_MAX}
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7240">RFC 7240</a>
 */
public record Prefer(boolean respondAsync, Optional<Duration> waitFor) {

    /** A longer wait is cut to this. */
    public static final Duration WAIT_MAX = Duration.ofSeconds(30);

    private static final Pattern WAIT =
            Pattern.compile("(?:^|[,;\\s])wait\\s*=\\s*\"?(\\d{1,9})\"?(?=$|[,;\\s])", Pattern.CASE_INSENSITIVE);

    private static final Pattern RESPOND_ASYNC =
            Pattern.compile("(?:^|[,;\\s])respond-async(?=$|[,;\\s])", Pattern.CASE_INSENSITIVE);

    /** Reads the header; what isn't known is ignored, as the RFC asks, and the first of two waits counts. */
    public static Prefer of(HttpHeaders headers) {
        String all = String.join(",", headers.getOrEmpty("Prefer"));
        Matcher wait = WAIT.matcher(all);
        Optional<Duration> asked =
                wait.find() ? Optional.of(Duration.ofSeconds(Long.parseLong(wait.group(1)))) : Optional.empty();
        return new Prefer(
                RESPOND_ASYNC.matcher(all).find(),
                asked.map(duration -> duration.compareTo(WAIT_MAX) > 0 ? WAIT_MAX : duration));
    }

    /**
     * The value of {@code Preference-Applied}; empty if no preference was applied.
     *
     * @param async whether the answer says that the call was taken, as was preferred
     */
    public Optional<String> applied(boolean async) {
        List<String> applied = new ArrayList<>();
        if (async) {
            applied.add("respond-async");
        }
        waitFor.ifPresent(duration -> applied.add("wait=" + duration.toSeconds()));
        return applied.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", applied));
    }
}
