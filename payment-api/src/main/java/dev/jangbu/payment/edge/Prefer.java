package dev.jangbu.payment.edge;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;

/**
 * The {@code Prefer} header: what a client would like and may not get.
 *
 * @param waitFor how long it will wait for the payment to complete, at most {@link #WAIT_MAX}
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7240">RFC 7240</a>
 */
public record Prefer(Optional<Duration> waitFor) {

    /** A longer wait is cut to this. */
    public static final Duration WAIT_MAX = Duration.ofSeconds(30);

    private static final Pattern WAIT =
            Pattern.compile("(?:^|[,;\\s])wait\\s*=\\s*\"?(\\d{1,9})\"?(?=$|[,;\\s])", Pattern.CASE_INSENSITIVE);

    /** Reads the header; what isn't known is ignored, as the RFC asks. */
    public static Prefer of(HttpHeaders headers) {
        for (String value : headers.getOrEmpty("Prefer")) {
            Matcher matcher = WAIT.matcher(value);
            if (matcher.find()) {
                Duration asked = Duration.ofSeconds(Long.parseLong(matcher.group(1)));
                return new Prefer(Optional.of(asked.compareTo(WAIT_MAX) > 0 ? WAIT_MAX : asked));
            }
        }
        return new Prefer(Optional.empty());
    }

    /** The value of {@code Preference-Applied}, if a preference was. */
    public Optional<String> applied() {
        return waitFor.map(duration -> "wait=" + duration.toSeconds());
    }
}
