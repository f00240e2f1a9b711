package dev.jangbu.api.http;

import java.util.Optional;
import java.util.UUID;

/** Ids in paths and cursors. */
public final class Ids {

    private Ids() {}

    /**
     * The id of a resource from its path.
     *
     * @param what the resource, for the message
     * @throws Problem 404: what is no id is the same as an id that nothing has
     */
    public static UUID inPath(String text, String what) {
        return parse(text).orElseThrow(() -> Problem.notFound(what));
    }

    /** @throws IllegalArgumentException if it is no id */
    public static UUID inCursor(String text) {
        return parse(text).orElseThrow(IllegalArgumentException::new);
    }

    /** {@link UUID#fromString} takes also what is shorter than an id; that is none here. */
    private static Optional<UUID> parse(String text) {
        try {
            UUID id = UUID.fromString(text);
            return id.toString().equalsIgnoreCase(text) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException notAnId) {
            return Optional.empty();
        }
    }
}
