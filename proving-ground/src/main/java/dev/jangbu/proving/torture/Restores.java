package dev.jangbu.proving.torture;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The restores of the payments database, as the clients learn of them: when an operator says so, in a database that is
 * still closed. Thread-safe.
 */
final class Restores {

    /**
     * A restore.
     *
     * @param number of the run's restores, from 1; 0 before the first
     * @param since the beginning of the backup, {@link System#nanoTime()}: an earlier answer can't be lost
     */
    record Restore(int number, long since) {}

    /** Resolves a payment's reviews, as a person would. */
    @FunctionalInterface
    interface Reviewer {
        void resolveReviews(String paymentId) throws InterruptedException;
    }

    private final Queue<CallChain> chains = new ConcurrentLinkedQueue<>();
    private volatile Restore last = new Restore(0, 0);
    private volatile boolean underway;

    /** The calls of a new order or payout. */
    CallChain newChain() {
        CallChain chain = new CallChain(this);
        chains.add(chain);
        return chain;
    }

    List<CallChain> chains() {
        return List.copyOf(chains);
    }

    /** The server's data are being replaced: until {@link #announce} or {@link #end} a read may miss what was lost. */
    void begin() {
        underway = true;
    }

    /** Tells the clients that answers since this time may be lost. The database must be closed. */
    void announce(long since) {
        last = new Restore(last.number() + 1, since);
        underway = false;
    }

    void end() {
        underway = false;
    }

    boolean isUnderway() {
        return underway;
    }

    Restore last() {
        return last;
    }
}
