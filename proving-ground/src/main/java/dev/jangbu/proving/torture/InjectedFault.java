package dev.jangbu.proving.torture;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * An injected fault with its outcome. Times are milliseconds of the run. Recovery times count from the start of the
 * fault, so that a pause is part of them. Thread-safe.
 */
final class InjectedFault {

    private final int number;
    private final Fault fault;
    private final Map<Recovery, Long> recoveries = new ConcurrentHashMap<>();
    private volatile long at;
    private volatile long ended;
    private volatile String outcome = "";

    /** A sign of recovery. */
    enum Recovery {
        /** The part is healthy. */
        HEALTHY,
        /** A payment confirmed after the start is approved. */
        APPROVED,
        /** A payment approved after the start is completed. */
        COMPLETED
    }

    InjectedFault(int number, Fault fault, long at) {
        this.number = number;
        this.fault = fault;
        this.at = at;
    }

    int number() {
        return number;
    }

    Fault fault() {
        return fault;
    }

    long at() {
        return at;
    }

    /** The end of the fault itself; 0 before. */
    long ended() {
        return ended;
    }

    boolean isOver() {
        return ended > 0;
    }

    /** The outcome reported by the injector; empty before. */
    String outcome() {
        return outcome;
    }

    /** False if the fault was skipped: its moment did not come, or a required part was down. */
    boolean wasInjected() {
        return !outcome.startsWith(FaultInjector.SKIPPED);
    }

    /** Sets the start of a fault that started late. */
    void startedLate(long now) {
        at = now;
        recoveries.clear();
    }

    void ended(String text, long now) {
        ended = now;
        outcome = text;
    }

    /** Records a sign of recovery, unless it is not the first or belongs to work that began before the fault. */
    void recovered(Recovery sign, long begunAt, long now) {
        if (begunAt >= at) {
            recoveries.putIfAbsent(sign, now - at);
        }
    }

    /** True if payments are approved and completed again. */
    boolean isRecovered() {
        return recoveries.keySet().containsAll(Set.of(Recovery.APPROVED, Recovery.COMPLETED));
    }

    /** Time until the first such sign; null before. */
    @Nullable
    Long recoveredAfter(Recovery sign) {
        return recoveries.get(sign);
    }
}
