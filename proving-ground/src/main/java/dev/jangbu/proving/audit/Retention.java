package dev.jangbu.proving.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** How long outbox rows and records are kept, and whether those of an id or a time may be deleted by now. */
final class Retention {

    /** Outbox rows may be deleted after this time. */
    static final Duration OUTBOX = Duration.ofDays(7);

    /** Retention of {@code settlement.requests}. */
    static final Duration REQUESTS = Duration.ofDays(14);

    /** Retention of {@code settlement.completions}. */
    static final Duration COMPLETIONS = Duration.ofDays(30);

    /** The broker deletes whole segments and the maintenance deletes batches, so the exact moment is not known. */
    private static final Duration MARGIN = Duration.ofHours(1);

    private static final int TIME_BITS = 48;
    private static final int VERSION = 7;

    private Retention() {}

    /** Whether the data of a UUIDv7 may be deleted by now. False for an id without a time. */
    static boolean mayBeDeleted(String id, Duration retention, Instant now) {
        UUID uuid;
        try {
            uuid = UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            return false;
        }
        return uuid.version() == VERSION && mayBeDeleted(time(uuid), retention, now);
    }

    static boolean mayBeDeleted(Instant at, Duration retention, Instant now) {
        return at.isBefore(now.minus(retention).plus(MARGIN));
    }

    /** The first 48 bits of a UUIDv7 are milliseconds since 1970 (RFC 9562, 5.7). */
    private static Instant time(UUID uuid) {
        return Instant.ofEpochMilli(uuid.getMostSignificantBits() >>> (Long.SIZE - TIME_BITS));
    }
}
