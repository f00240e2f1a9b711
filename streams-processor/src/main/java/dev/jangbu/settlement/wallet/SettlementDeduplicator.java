package dev.jangbu.settlement.wallet;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Tracks the settlements that a partition has decided, so that a movement of money requested twice is applied once.
 *
 * <p>An id is the name of a movement and has no time. A request brings {@code movedAt}, a lower bound of the time of
 * its first sending; null if no bound is known. The clock is the highest bound of the decided requests. It is stored,
 * and written in the transaction that decides. The wall clock is not used, so a pause, an outage, a restart or a replay
 * from the first offset changes nothing.
 *
 * <pre>
 *        sweep              HORIZON                                   clock
 *   ─ deleted ──┼── 1 h margin ──┼─── duplicate, conflict, or new ──────┼──▶ movedAt
 *               │ beyond horizon │
 * </pre>
 *
 * <p>An id is deleted when the clock is {@link #HORIZON} and {@link #MARGIN} past its decision. A repetition has the
 * same bound, up to the difference of the clocks of PSP and payment-api, and so is beyond the horizon by then. A request
 * without a bound, or with one that its own record contradicts, is remembered forever and does not advance the clock.
 */
final class SettlementDeduplicator {

    /** Duplicates are recognised this far back: longer than any outage after which Debezium still catches up. */
    static final Duration HORIZON = Duration.ofHours(48);

    /** A bound may be this far ahead of its record, for the difference between the clocks of two machines. */
    static final Duration LEAD = Duration.ofMinutes(5);

    /** Ids are retained this much longer than the horizon, for the difference of the clocks. */
    static final Duration MARGIN = Duration.ofHours(1);

    /** Records between two steps of the sweep. */
    static final int SWEEP_INTERVAL = 512;

    /** Ids examined in a step: two per record, so that expired ids are at most a quarter of the store. */
    static final int SWEEP_STEP = 2 * SWEEP_INTERVAL;

    static final String CLOCK_KEY = "clock-ms";
    private static final String CURSOR_KEY = "sweep-cursor";

    /** The result of the check of a request. */
    sealed interface Classification {}

    /** Not decided yet. */
    record New() implements Classification {}

    /** Decided before, applied or rejected. */
    record Duplicate() implements Classification {}

    /** The id was decided before for another reference or with another content. */
    record Conflict(DecidedSettlement decided) implements Classification {}

    /** First sent before the horizon and not stored: it may have been decided and deleted. */
    record BeyondHorizon() implements Classification {}

    private final KeyValueStore<UUID, DecidedSettlement> decided;
    private final KeyValueStore<UUID, DecidedSettlement> remembered;
    private final KeyValueStore<String, Long> progress;

    private int recordsSinceSweep;

    SettlementDeduplicator(
            KeyValueStore<UUID, DecidedSettlement> decided,
            KeyValueStore<UUID, DecidedSettlement> remembered,
            KeyValueStore<String, Long> progress) {
        this.decided = decided;
        this.remembered = remembered;
        this.progress = progress;
    }

    /**
     * A request as the deduplication sees it.
     *
     * @param content the fingerprint of its content
     * @param movedAt a lower bound of the time of its first sending; null if none is known
     * @param recordedAt the timestamp of its record
     * @param replay true for a replayed dead letter, which was proved absent from the ledger: the horizon does not
     *     apply
     */
    record Request(
            UUID id,
            UUID referenceId,
            UUID content,
            @Nullable Instant movedAt,
            Instant recordedAt,
            boolean replay) {

        /** The movedAt by which a repetition can be recognised as late; null if its id must be remembered forever. */
        private @Nullable Instant bound() {
            return replay || movedAt == null || movedAt.isAfter(recordedAt.plus(LEAD)) ? null : movedAt;
        }
    }

    /** Classifies a request. Writes nothing. */
    Classification classify(Request request) {
        DecidedSettlement before = decided.get(request.id());
        if (before == null) {
            before = remembered.get(request.id());
        }
        if (before != null) {
            return before.isOf(request.referenceId(), request.content()) ? new Duplicate() : new Conflict(before);
        }
        Instant movedAt = request.movedAt();
        boolean beyond = movedAt != null && movedAt.toEpochMilli() < clockMs() - HORIZON.toMillis();
        return beyond && !request.replay() ? new BeyondHorizon() : new New();
    }

    /** Records a decided request, advances the clock, and deletes a bounded number of expired ids. */
    void record(Request request) {
        long clockMs = clockMs();
        Instant bound = request.bound();
        if (bound != null && bound.toEpochMilli() > clockMs) {
            clockMs = bound.toEpochMilli();
            progress.put(CLOCK_KEY, clockMs);
        }
        (bound == null ? remembered : decided)
                .put(request.id(), new DecidedSettlement(clockMs, request.referenceId(), request.content()));
        recordsSinceSweep++;
        if (recordsSinceSweep == SWEEP_INTERVAL) {
            recordsSinceSweep = 0;
            sweep(clockMs - HORIZON.toMillis() - MARGIN.toMillis());
        }
    }

    /** Examines the ids after the cursor, which goes round the store. Ids are uniform, so it needs only their first half. */
    private void sweep(long decidedBeforeMs) {
        Long cursor = progress.get(CURSOR_KEY);
        List<UUID> expired = new ArrayList<>();
        UUID last = null;
        int examined = 0;
        try (KeyValueIterator<UUID, DecidedSettlement> ids =
                decided.range(cursor == null ? null : new UUID(cursor, 0), null)) {
            while (ids.hasNext() && examined < SWEEP_STEP) {
                KeyValue<UUID, DecidedSettlement> next = ids.next();
                if (next.value.decidedAtMs() < decidedBeforeMs) {
                    expired.add(next.key);
                }
                last = next.key;
                examined++;
            }
        }
        expired.forEach(decided::delete);
        // At the end of the store it starts again.
        progress.put(CURSOR_KEY, last == null || examined < SWEEP_STEP ? null : last.getMostSignificantBits());
    }

    private long clockMs() {
        Long stored = progress.get(CLOCK_KEY);
        return stored == null ? 0 : stored;
    }
}
