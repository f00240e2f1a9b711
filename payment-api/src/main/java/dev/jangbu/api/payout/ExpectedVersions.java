package dev.jangbu.api.payout;

import dev.jangbu.api.http.Problem;
import dev.jangbu.contract.ProblemCode;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * The {@code If-Match} header of a payout: the ETags of the wallet versions that it expects, one of which must match (RFC
 * 9110, section 13.1.1).
 *
 * @param versions none can match if it is empty: weak tags never do, nor tags that no wallet has
 */
record ExpectedVersions(SortedSet<Long> versions) {

    private static final Pattern LIST_ELEMENT =
            Pattern.compile("[ \\t]*(?:(W/)?\"([!#-~\\x80-\\xff]*)\"|(0|[1-9]\\d{0,17}))?[ \\t]*(?:,|\\z)");

    private static final Pattern VERSION = Pattern.compile("0|[1-9]\\d{0,17}");

    /**
     * The expected versions; empty without the header and for {@code *}.
     *
     * @throws Problem 400 if it is neither {@code *} nor a list of entity tags
     */
    static Optional<ExpectedVersions> of(HttpHeaders headers) {
        List<String> lines = headers.getOrEmpty(HttpHeaders.IF_MATCH);
        String value = String.join(",", lines).strip();
        if (lines.isEmpty() || value.equals("*")) {
            return Optional.empty();
        }
        SortedSet<Long> versions = new TreeSet<>();
        boolean tagged = false;
        Matcher element = LIST_ELEMENT.matcher(value);
        int at = 0;
        do {
            if (!element.region(at, value.length()).lookingAt()) {
                throw malformed();
            }
            String tag = element.group(2) == null ? element.group(3) : element.group(2);
            tagged |= tag != null;
            if (tag != null && element.group(1) == null && VERSION.matcher(tag).matches()) {
                versions.add(Long.parseLong(tag));
            }
            at = element.end();
        } while (at < value.length());
        if (!tagged) {
            throw malformed();
        }
        return Optional.of(new ExpectedVersions(versions));
    }

    /**
     * The version that the wallet must have when it decides: of those that it may still have, the first, or else the last.
     *
     * @param present the wallet's version, as read, perhaps late; null if it can't be read
     */
    long choose(@Nullable Long present) {
        SortedSet<Long> possible = present == null ? new TreeSet<>() : versions.tailSet(present);
        return possible.isEmpty() ? versions.last() : possible.first();
    }

    private static Problem malformed() {
        return new Problem(
                ProblemCode.MALFORMED_REQUEST,
                "If-Match must be wallet versions, as in their ETags: \"3\", or \"3\", \"4\", or * for any");
    }
}
