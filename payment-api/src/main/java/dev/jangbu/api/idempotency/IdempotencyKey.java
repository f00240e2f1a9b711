package dev.jangbu.api.idempotency;

import dev.jangbu.api.http.Problem;
import dev.jangbu.contract.ProblemCode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;

/**
 * The client's name for one operation. A call repeated with the same key is not executed again.
 *
 * @param clientId the client; not its API key, which changes when it is rotated
 * @param text 1 to 255 visible characters
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9651#section-3.3.3">Structured field values: strings</a>
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">The Idempotency-Key HTTP
 *     header field</a>
 */
public record IdempotencyKey(String clientId, String text) {

    /** The only client so far. */
    private static final String CLIENT_ID = "default";

    private static final String HEADER = "Idempotency-Key";
    /** A string of a structured field: within it, a quote and a backslash are escaped by a backslash. Possessive, for long values. */
    private static final Pattern QUOTED = Pattern.compile("\\x22((?:[!#-\\[\\]-~]++|\\\\[\\x22\\\\])++)\\x22");

    /** Without quotes, as many clients send it. */
    private static final Pattern PLAIN = Pattern.compile("[!#-~]+");

    private static final int MAX_CHARS = 255;

    /**
     * Parses the header: a structured field, whose value is a string without parameters, or visible characters without
     * quotes.
     *
     * @throws Problem 400 if it is missing or malformed
     */
    public static IdempotencyKey of(HttpHeaders headers) {
        String value = headers.getFirst(HEADER);
        if (value == null || value.isBlank()) {
            throw new Problem(
                    ProblemCode.IDEMPOTENCY_KEY_MISSING,
                    "Send an Idempotency-Key header: a new value for each operation, the same value for its repetitions");
        }
        String text = text(value.strip());
        if (text.isEmpty() || text.length() > MAX_CHARS) {
            throw new Problem(
                    ProblemCode.MALFORMED_REQUEST,
                    "An Idempotency-Key has 1 to 255 visible ASCII characters, in quotes or without any, and no"
                            + " parameters");
        }
        return new IdempotencyKey(CLIENT_ID, text);
    }

    /** The key in a header's value; empty if it is malformed. */
    private static String text(String value) {
        Matcher quoted = QUOTED.matcher(value);
        return quoted.matches()
                ? quoted.group(1).replaceAll("\\\\(.)", "$1")
                : PLAIN.matcher(value).matches() ? value : "";
    }
}
