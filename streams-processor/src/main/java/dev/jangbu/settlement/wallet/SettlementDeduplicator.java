package dev.jangbu.settlement.wallet;

import java.time.Duration;
import java.util.UUID;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Knows which settlements one partition has decided, so that a request delivered twice is applied once.
 *
 * <p>Time here is the time inside the ids (UUIDv7): the desk's clock is the highest one accepted, and lies in a store of its
 * own, written in the transaction that decides. The wall clock has no say, so a pause, a restart or a replay from the first
 * offset changes nothing. A window store would not do: its time runs ahead with any far-off id and is forgotten by a
 * restart, and either lets a duplicate through.
 *
 * <pre>
 *              sweep            HORIZON                          clock        record + LEAD
 *   ─ deleted ───┼── 1 h margin ──┼──── seen, or new ──────────────┼────────────────┼──▶ id time
 *                │ late           │                                                 │ future
 * </pre>
 */
final class SeenSettlements {

    /** How far back the desk vouches for its memory: longer than any outage that Debezium is caught up from. */
    static final Duration HORIZON = Duration.ofHours(48);

    /** How far an id may be ahead of its record: clocks of two machines differ. */
    static final Duration LEAD = Duration.ofMinutes(5);

    /** Ids are kept this much longer than the horizon asks for, so that no id near it is forgotten while it counts. */
    static final Duration MARGIN = Duration.ofHours(1);

    /** Bounds the work of one record; above 1, so that the sweep outruns what comes in. */
    static final int SWEEP_LIMIT = 8;

    static final String CLOCK_KEY = "highest-id-time-ms";

    private static final byte[] PRESENT = {1};
    private static final long UNSET_MS = Long.MIN_VALUE;

    /** What is known about an id. */
    enum Verdict {
        /** Never decided: decide it. */
        NEW,
        /** Decided before, applied or refused: drop it. */
        DUPLICATE,
        /** Ahead of its record by more than {@link #LEAD}. */
        FUTURE,
        /** Older than the horizon and not known: only a person can tell. */
        BEYOND_HORIZON
    }

    private final KeyValueStore<UUID, byte[]> seen;
    private final KeyValueStore<UUID, byte[]> replayed;
    private final KeyValueStore<String, Long> clock;

    /** No id below this one is in the store; keeps the sweep from stepping over what it deleted. Unknown after a start. */
    private @Nullable UUID sweptTo;

    /** No id above this one is in a store: what is new mostly is above it, and need not be looked for. Unknown after a start. */
    private @Nullable UUID highest;

    SeenSettlements(
            KeyValueStore<UUID, byte[]> seen, KeyValueStore<UUID, byte[]> replayed, KeyValueStore<String, Long> clock) {
        this.seen = seen;
        this.replayed = replayed;
        this.clock = clock;
    }

    /**
     * Judges an id, reading only.
     *
     * @param recordedAtMs the timestamp of the request's record
     * @param replay whether the record is a dead letter that was proved absent from the ledger: then no horizon
     */
    Verdict judge(UUID id, long recordedAtMs, boolean replay) {
        if (timeMs(id) > recordedAtMs + LEAD.toMillis()) {
            return Verdict.FUTURE;
        }
        if (compare(id, highest()) > 0) {
            return Verdict.NEW;
        }
        if (replayed.get(id) != null || seen.get(id) != null) {
            return Verdict.DUPLICATE;
        }
        long clockMs = clockMs();
        if (!replay && clockMs != UNSET_MS && timeMs(id) < clockMs - HORIZON.toMillis()) {
            return Verdict.BEYOND_HORIZON;
        }
        return Verdict.NEW;
    }

    /** Remembers an id that was decided, moves the clock, and forgets a bounded number of ids that no longer count. */
    void remember(UUID id, boolean replay) {
        // A replayed id may be older than the sweep, which would forget it at once; these few are kept for ever.
        (replay ? replayed : seen).put(id, PRESENT);
        if (compare(id, highest()) > 0) {
            highest = id;
        }
        long clockMs = clockMs();
        if (timeMs(id) > clockMs) {
            clockMs = timeMs(id);
            clock.put(CLOCK_KEY, clockMs);
        }
        sweep(clockMs - HORIZON.toMillis() - MARGIN.toMillis());
    }

    private void sweep(long olderThanMs) {
        if (olderThanMs <= 0) {
            return;
        }
        // By whole seconds, so that most records don't open an iterator for nothing.
        UUID end = lowestAt(olderThanMs - olderThanMs % 1_000);
        if (end.equals(sweptTo)) {
            return;
        }
        int deleted = 0;
        try (KeyValueIterator<UUID, byte[]> old = seen.range(sweptTo, end)) {
            while (old.hasNext() && deleted < SWEEP_LIMIT) {
                KeyValue<UUID, byte[]> next = old.next();
                seen.delete(next.key);
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
            // Whatever is in a store moved the clock to its time at least, in the same transaction.
            long clockMs = clockMs();
            known = lowestAt(clockMs == UNSET_MS ? 0 : clockMs + 1);
            highest = known;
        }
        return known;
    }

    private long clockMs() {
        Long stored = clock.get(CLOCK_KEY);
        return stored == null ? UNSET_MS : stored;
    }

    /** The time in a UUIDv7: its first 48 bits, milliseconds since 1970 (RFC 9562, 5.7). */
    static long timeMs(UUID id) {
        return id.getMostSignificantBits() >>> 16;
    }

    /** In the order of their bytes, which is that of their times; UUID's own order takes the halves as signed. */
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
