package dev.jangbu.contract;

import java.util.Optional;
import java.util.UUID;

/** Parses UUIDs in the text form of RFC 9562. {@link UUID#fromString} also accepts shortened groups. */
public final class UuidText {

    private UuidText() {}

    /** The UUID, its letters in any case; empty if the text has another form. */
    public static Optional<UUID> parse(String text) {
        try {
            return Optional.of(UUID.fromString(text)).filter(id -> id.toString().equalsIgnoreCase(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The same for ids that have one spelling only, in lower case. */
    public static Optional<UUID> parseLowerCase(String text) {
        return parse(text).filter(id -> id.toString().equals(text));
    }
}
