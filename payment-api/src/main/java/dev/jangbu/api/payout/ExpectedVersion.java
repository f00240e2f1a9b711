package dev.jangbu.api.payout;

import dev.jangbu.api.http.Problem;
import dev.jangbu.contract.ProblemCode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;

/**
 * The {@code If-Match} header of a payout: the ETag of the wallet version that it expects (RFC 9110, section 13.1.1).
 */
final class ExpectedVersion {

    private static final Pattern VERSION = Pattern.compile("(\"?)(0|[1-9]\\d{0,17})\\1");

    private ExpectedVersion() {}

    /** The expected version; empty without the header and for {@code *}; throws 400 if it is not a single version. */
    static Optional<Long> of(HttpHeaders headers) {
        List<String> values = headers.getOrEmpty(HttpHeaders.IF_MATCH);
        if (values.isEmpty() || (values.size() == 1 && values.getFirst().strip().equals("*"))) {
            return Optional.empty();
        }
        Matcher version = VERSION.matcher(values.getFirst().strip());
        if (values.size() > 1 || !version.matches()) {
            throw new Problem(
                    ProblemCode.MALFORMED_REQUEST,
                    "If-Match must be a single wallet version, as in its ETag: \"3\", or * for any");
        }
        return Optional.of(Long.parseLong(version.group(2)));
    }
}
