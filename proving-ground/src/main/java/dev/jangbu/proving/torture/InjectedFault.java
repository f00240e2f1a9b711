package dev.jangbu.proving.torture;

import org.jspecify.annotations.Nullable;

/**
 * An injected fault with its outcome. Times are milliseconds of the run. Recovery times count from the start of the
 * fault, so that a pause is part of them. Thread-safe.
 */
final class InjectedFault {

    private final int number;
    private final Fault fault;
    private volatile long at;
    private volatile long ended;
    private volatile String outcome = "";
    private volatile @Nullable Long healthyAfter;
    private volatile @Nullable Long approvedAfter;
    private volatile @Nullable Long completedAfter;

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
        approvedAfter = null;
        completedAfter = null;
    }

    void ended(String text, long now) {
        ended = now;
        outcome = text;
    }

    void healthy(long now) {
        healthyAfter = now - at;
    }

    /** Records the first approval, received now, of a call sent after the start. */
    void approved(long sentAt, long now) {
        if (approvedAfter == null && sentAt >= at) {
            approvedAfter = now - at;
        }
    }

    /** Records the first completion, read now, of a payment approved after the start. */
    void completed(long approvedAt, long now) {
        if (completedAfter == null && approvedAt >= at) {
            completedAfter = now - at;
        }
    }

    boolean isRecovered() {
        return approvedAfter != null && completedAfter != null;
    }

    /** Time until the part was healthy. */
    @Nullable
    Long healthyAfter() {
        return healthyAfter;
    }

    /** Time until a payment confirmed after the start was approved. */
    @Nullable
    Long approvedAfter() {
        return approvedAfter;
    }

    /** Time until a payment approved after the start was completed. */
    @Nullable
    Long completedAfter() {
        return completedAfter;
    }
}
