package dev.jangbu.settlement.wallet;

import java.time.Duration;
import java.util.UUID;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Tracks the settlements that a partition has decided, so that a request delivered twice is applied once.
 *
 * <p>Time is the time in the ids (UUIDv7). The clock is the highest accepted id time. It is stored and written in the
 * transaction that decides. The wall clock is not used, so a pause, a restart or a replay from the first offset changes
 * nothing. A window store would not work: one id far ahead advances its time, and a restart resets it; either lets a
 * duplicate through.
 *
 * <pre>
 *              sweep            HORIZON                          clock        record + LEAD
 *   ─ deleted ───┼── 1 h margin ──┼─── duplicate, or new ─────────┼────────────────┼──▶ id time
 *                │ beyond horizon │                                                 │ future
 * </pre>
 */
final class SettlementDeduplicator {

    /** Duplicates are recognised this far back: longer than any outage after which Debezium still catches up. */
    static final Duration HORIZON = Duration.ofHours(48);

    /** An id may be this far ahead of its record, for the difference between the clocks of two machines. */
    static final Duration LEAD = Duration.ofMinutes(5);

    /** Ids are retained this much longer than the horizon, so that none within the horizon is deleted. */
    static final Duration MARGIN = Duration.ofHours(1);

    /** The most ids deleted per record. Above 1, so that the sweep is faster than the arrival of new ids. */
    static final int SWEEP_LIMIT = 8;

    private static final String CLOCK_KEY = "highest-id-time-ms";

    private static final byte[] PRESENT = {1};
    private static final long UNSET_MS = Long.MIN_VALUE;

    /** The result of the check of an id. */
    enum Classification {
        /** Not decided yet. */
        NEW,
        /** Decided before, applied or rejected. */
        DUPLICATE,
        /** Ahead of its record by more than {@link #LEAD}. */
        FUTURE,
        /** Older than the horizon and not stored: it may have been decided and deleted. */
        BEYOND_HORIZON
    }

    private final KeyValueStore<UUID, byte[]> decided;
    private final KeyValueStore<UUID, byte[]> replayed;
    private final KeyValueStore<String, Long> progress;

    /** The store holds no id below this one, so the sweep does not iterate over tombstones. Null after a start. */
    private @Nullable UUID sweptTo;

    /** The stores hold no id above this one. Most new ids are above it and need no lookup. Null after a start. */
    private @Nullable UUID highest;

    SettlementDeduplicator(
            KeyValueStore<UUID, byte[]> decided,
            KeyValueStore<UUID, byte[]> replayed,
            KeyValueStore<String, Long> progress) {
        this.decided = decided;
        this.replayed = replayed;
        this.progress = progress;
    }

    /**
     * Classifies an id. Writes nothing.
     *
     * @param recordedAtMs the timestamp of the request's record
     * @param replay true for a replayed dead letter, which was proved absent from the ledger: the horizon does not
     *     apply
     */
    Classification classify(UUID id, long recordedAtMs, boolean replay) {
        if (timeMs(id) > recordedAtMs + LEAD.toMillis()) {
            return Classification.FUTURE;
        }
        if (compare(id, highest()) > 0) {
            return Classification.NEW;
        }
        if (replayed.get(id) != null || decided.get(id) != null) {
            return Classification.DUPLICATE;
        }
        long clockMs = clockMs();
        if (!replay && clockMs != UNSET_MS && timeMs(id) < clockMs - HORIZON.toMillis()) {
            return Classification.BEYOND_HORIZON;
        }
        return Classification.NEW;
    }

    /** Records a decided id, advances the clock, and deletes a bounded number of expired ids. */
    void record(UUID id, boolean replay) {
        // A replayed id may be older than the sweep and would be deleted at once. These few are kept forever.
        (replay ? replayed : decided).put(id, PRESENT);
        if (compare(id, highest()) > 0) {
            highest = id;
        }
        long clockMs = clockMs();
        if (timeMs(id) > clockMs) {
            clockMs = timeMs(id);
            progress.put(CLOCK_KEY, clockMs);
        }
        sweep(clockMs - HORIZON.toMillis() - MARGIN.toMillis());
    }

    private void sweep(long olderThanMs) {
        if (olderThanMs <= 0) {
            return;
        }
        // In whole seconds, so that most records open no iterator.
        UUID end = lowestAt(olderThanMs - olderThanMs % 1_000);
        if (end.equals(sweptTo)) {
            return;
        }
        int deleted = 0;
        try (KeyValueIterator<UUID, byte[]> expired = decided.range(sweptTo, end)) {
            while (expired.hasNext() && deleted < SWEEP_LIMIT) {
                KeyValue<UUID, byte[]> next = expired.next();
                decided.delete(next.key);
                sweptTo = next.key;
                deleted++;
            }
        }
        if (deleted < SWEEP_LIMIT) {
            sweptTo = end;
        }
    }

    private UUID highest() {
        UUID known = highest;
        if (known == null) {
            // Every stored id advanced the clock to its time at least, in the same transaction.
            long clockMs = clockMs();
            known = lowestAt(clockMs == UNSET_MS ? 0 : clockMs + 1);
            highest = known;
        }
        return known;
    }

    private long clockMs() {
        Long stored = progress.get(CLOCK_KEY);
        return stored == null ? UNSET_MS : stored;
    }

    /** The time in a UUIDv7: its first 48 bits, milliseconds since 1970 (RFC 9562, 5.7). */
    static long timeMs(UUID id) {
        return id.getMostSignificantBits() >>> 16;
    }

    /** Compares bytes, and so times. UUID.compareTo compares signed halves. */
    private static int compare(UUID one, UUID other) {
        int byTime = Long.compareUnsigned(one.getMostSignificantBits(), other.getMostSignificantBits());
        return byTime != 0
                ? byTime
                : Long.compareUnsigned(one.getLeastSignificantBits(), other.getLeastSignificantBits());
    }

    private static UUID lowestAt(long timeMs) {
        return new UUID(timeMs << 16, 0);
    }
}
