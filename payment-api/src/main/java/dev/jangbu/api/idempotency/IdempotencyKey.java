package dev.jangbu.api.idempotency;

import dev.jangbu.api.http.Problem;
import dev.jangbu.contract.ProblemCode;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;

/**
 * The client's name for one operation. A call repeated with the same key is not executed again.
 *
 * @param clientId the client; not its API key, which changes when it is rotated
 * @param text 1 to 255 visible characters
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">The Idempotency-Key HTTP
 *     header field</a>
 */
public record IdempotencyKey(String clientId, String text) {

    /** The only client so far. */
    private static final String CLIENT_ID = "default";

    private static final String HEADER = "Idempotency-Key";
    private static final Pattern VISIBLE = Pattern.compile("[!-~]{1,255}");

    /** Parses the header and strips the quotes of its structured-field form; throws 400 if it is missing or invalid. */
    public static IdempotencyKey of(HttpHeaders headers) {
        String value = headers.getFirst(HEADER);
        if (value == null || value.isBlank()) {
            throw new Problem(
                    ProblemCode.IDEMPOTENCY_KEY_MISSING,
                    "Send an Idempotency-Key header: a new value for each operation, the same value for its repetitions");
        }
        String text = value.strip();
        if (text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")) {
            text = text.substring(1, text.length() - 1);
        }
        if (!VISIBLE.matcher(text).matches()) {
            throw new Problem(
                    ProblemCode.MALFORMED_REQUEST, "An Idempotency-Key has 1 to 255 visible ASCII characters");
        }
        return new IdempotencyKey(CLIENT_ID, text);
    }
}
