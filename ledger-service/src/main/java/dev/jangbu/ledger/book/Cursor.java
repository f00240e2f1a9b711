package dev.jangbu.ledger.book;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a list goes on, as an opaque text: base64url of the list's name and the parts of the position. One list's cursor
 * is refused by every other, also by the same list of another account.
 */
final class Cursor {

    private static final String SEPARATOR = " ";
    private static final int LENGTH_MAX = 8_192;

    private Cursor() {}

    /** @param list names the list; neither it nor a part holds a space */
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
     * Reads a position back; null if there is no cursor.
     *
     * @param read makes the position of its parts; whatever it throws for them refuses the cursor
     * @throws InvalidFieldException if the list has never given this cursor
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
        } catch (RuntimeException unreadable) {
            // Refused below, as one of another list.
        }
        throw new InvalidFieldException("cursor", "must be a nextCursor that this list has given");
    }
}
