package dev.jangbu.ledger.query;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The position of a list as an opaque text: base64url of the list's name and the parts of the position. A cursor is
 * valid only for the list that issued it, account included.
 */
final class Cursor {

    private static final String SEPARATOR = " ";
    private static final int LENGTH_MAX = 8_192;

    private Cursor() {}

    /** @param list the list's name; neither it nor a part contains a space */
    static String of(String list, Object... position) {
        StringBuilder text = new StringBuilder(list);
        for (Object part : position) {
            text.append(SEPARATOR).append(part);
        }
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Parses a cursor; null if there is none.
     *
     * @param read creates the position from its parts; any exception makes the cursor invalid
     * @throws InvalidParameterException if the list did not issue this cursor
     */
    static <P> @Nullable P read(@Nullable String cursor, String list, int parts, Function<List<String>, P> read) {
        if (cursor == null) {
            return null;
        }
        try {
            if (cursor.length() <= LENGTH_MAX) {
                String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
                List<String> found = Arrays.asList(text.split(SEPARATOR, -1));
                if (found.size() == parts + 1 && found.getFirst().equals(list)) {
                    return read.apply(found.subList(1, found.size()));
                }
            }
        } catch (RuntimeException e) {
            // Malformed cursors are refused below.
        }
        throw new InvalidParameterException("cursor", "must be a nextCursor of this list");
    }
}
