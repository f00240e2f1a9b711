package dev.jangbu.ledger.query;

import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The position of a list as an opaque text: base64url of the list's name and the position in JSON. A cursor is valid
 * only for the list that issued it, account included.
 */
final class Cursor {

    private static final int LENGTH_MAX = 8_192;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    private Cursor() {}

    static String of(String list, Object position) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(JSON.writeValueAsBytes(List.of(list, position)));
    }

    /**
     * Parses a cursor; null if there is none.
     *
     * @throws InvalidParameterException if the list did not issue this cursor
     */
    static <P> @Nullable P read(@Nullable String cursor, String list, Class<P> position) {
        if (cursor == null) {
            return null;
        }
        try {
            if (cursor.length() <= LENGTH_MAX) {
                JsonNode content = JSON.readTree(Base64.getUrlDecoder().decode(cursor));
                if (content.path(0).asString("").equals(list)) {
                    return JSON.treeToValue(content.path(1), position);
                }
            }
        } catch (IllegalArgumentException | JacksonException e) {
            // Malformed cursors are refused below.
        }
        throw new InvalidParameterException("cursor", "must be a nextCursor of this list");
    }
}
