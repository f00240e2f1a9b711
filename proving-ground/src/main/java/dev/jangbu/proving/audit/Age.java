package dev.jangbu.proving.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** How old what an id names is, and for how long evidence of it is kept. */
final class Age {

    /** Outbox rows may be deleted after this. */
    static final Duration OUTBOX_KEPT = Duration.ofDays(7);

    /** {@code settlement.requests} is kept for this long. */
    static final Duration REQUESTS_KEPT = Duration.ofDays(14);

    /** {@code settlement.completions} is kept for this long. */
    static final Duration COMPLETIONS_KEPT = Duration.ofDays(30);

    /** The broker deletes by whole segments and the maintenance by batches: near the limit both may or may not be there. */
    private static final Duration MARGIN = Duration.ofHours(1);

    private static final int TIME_BITS = 48;
    private static final int VERSION = 7;

    private Age() {}

    /** Whether evidence of this id may be gone by now. An id that carries no time is never that old. */
    static boolean mayBeGone(String id, Duration kept, Instant now) {
        UUID uuid;
        try {
            uuid = UUID.fromString(id);
        } catch (IllegalArgumentException notAnId) {
            return false;
        }
        return uuid.version() == VERSION && mayBeGone(time(uuid), kept, now);
    }

    static boolean mayBeGone(Instant at, Duration kept, Instant now) {
        return at.isBefore(now.minus(kept).plus(MARGIN));
    }

    /** RFC 9562, 5.7: the first 48 bits are milliseconds since 1970. */
    private static Instant time(UUID uuid) {
        return Instant.ofEpochMilli(uuid.getMostSignificantBits() >>> (Long.SIZE - TIME_BITS));
    }
}
