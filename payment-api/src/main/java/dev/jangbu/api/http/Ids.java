package dev.jangbu.api.http;

import dev.jangbu.contract.SellerId;
import dev.jangbu.contract.UuidText;
import java.util.UUID;

/** Parses ids in paths and cursors. */
public final class Ids {

    private Ids() {}

    /** The id of a resource in a path; throws 404 if it is not an id, as for an unknown id. */
    public static UUID inPath(String text, String resource) {
        return UuidText.parse(text).orElseThrow(() -> Problem.notFound(resource));
    }

    /** The seller id in a path; throws 422 {@code invalid-field} if it is not one. */
    public static String sellerInPath(String text) {
        if (!SellerId.isValid(text)) {
            throw Problem.invalid("sellerId", SellerId.RULE);
        }
        return text;
    }

    /** @throws IllegalArgumentException if it is not an id */
    public static UUID inCursor(String text) {
        return UuidText.parse(text).orElseThrow(IllegalArgumentException::new);
    }
}
