package dev.jangbu.api.http;

import dev.jangbu.api.database.Bindings;
import java.time.Instant;
import java.util.UUID;

/**
 * A place in a list from the newest to the oldest resource. Resources of the same time are ordered by id.
 *
 * @param createdAt with microseconds, as the database stores it
 */
public record CreationOrder(Instant createdAt, UUID id) {

    /** Above every resource; within the range of PostgreSQL's timestamps. */
    public static final CreationOrder NEWEST =
            new CreationOrder(Instant.parse("9999-12-31T23:59:59Z"), new UUID(-1, -1));

    private static final char SEPARATOR = ' ';

    /** Above every resource that was created before this time, and below the others. */
    public static CreationOrder before(Instant time) {
        return new CreationOrder(time, new UUID(0, 0));
    }

    /** The text of a cursor. */
    public String text() {
        return createdAt.toString() + SEPARATOR + id;
    }

    /**
     * Parses the text of a cursor.
     *
     * @throws IllegalArgumentException if it is not one
     * @throws java.time.format.DateTimeParseException if its time is not one
     */
    public static CreationOrder parse(String text) {
        int end = text.indexOf(SEPARATOR);
        CreationOrder place = new CreationOrder(
                Instant.parse(text.substring(0, Math.max(0, end))), Ids.inCursor(text.substring(end + 1)));
        if (place.createdAt.isBefore(Instant.EPOCH) || place.createdAt.isAfter(NEWEST.createdAt)) {
            throw new IllegalArgumentException("out of range");
        }
        return place;
    }

    /** Binds it as {@code :createdBelow} and {@code :idBelow}. */
    public Bindings bindTo(Bindings bindings) {
        return bindings.with("createdBelow", createdAt).with("idBelow", id);
    }
}
