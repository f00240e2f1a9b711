package dev.jangbu.proving.torture;

import org.jspecify.annotations.Nullable;

/**
 * A fault as it went. Times are milliseconds of the run; how long something took counts from when the fault struck, so that a pause
 * is part of it.
 */
final class InjectedFault {

    private final int number;
    private final Fault fault;
    private volatile long at;
    private volatile long ended;
    private volatile @Nullable String outcome;
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

    /** It had to wait for its moment, which is now. */
    void strikes(long now) {
        at = now;
        approvedAfter = null;
        completedAfter = null;
    }

    /** When the fault itself was over; before that, nothing. */
    long ended() {
        return ended;
    }

    /** What the striker said. */
    String outcome() {
        String said = outcome;
        return said == null ? "" : said;
    }

    /** Whether it struck; a fault for which the moment did not come, or whose means were down, did not. */
    boolean isDone() {
        return !outcome().startsWith(FaultInjector.NOT_DONE);
    }

    void over(String said, long now) {
        ended = now;
        outcome = said;
    }

    void healthy(long now) {
        healthyAfter = now - at;
    }

    /** An approval was answered at {@code now} to a call that was sent at {@code asked}: the first such after it struck counts. */
    void approved(long asked, long now) {
        if (approvedAfter == null && asked >= at) {
            approvedAfter = now - at;
        }
    }

    /** Something was completed at {@code now} that was approved at {@code approved}: the first such after it struck counts. */
    void completed(long approved, long now) {
        if (completedAfter == null && approved >= at) {
            completedAfter = now - at;
        }
    }

    boolean isAnswered() {
        return approvedAfter != null && completedAfter != null;
    }

    /** Until the part's own health said so, or null. */
    @Nullable
    Long healthyAfter() {
        return healthyAfter;
    }

    /** Until a payment was approved that was asked for after the fault struck, or null. */
    @Nullable
    Long approvedAfter() {
        return approvedAfter;
    }

    /** Until something was completed that was approved after the fault struck, or null. */
    @Nullable
    Long completedAfter() {
        return completedAfter;
    }
}
