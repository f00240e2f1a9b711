package dev.jangbu.simulator;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides how a call misbehaves: as its payment key asks for the first call of its kind, else as the seeded plan draws.
 */
final class Faults {
    /** Calls are counted only while a plan is active; at this many payment keys the counts begin again. */
    private static final int COUNTED_LIMIT = 200_000;

    private final Book book;
    private final ConcurrentMap<String, Integer> attempts = new ConcurrentHashMap<>();

    Faults(Book book) {
        this.book = book;
    }

    /** The behaviour of this call, which counts as an attempt; null: it behaves. */
    @Nullable
    Behaviour next(Operation operation, String paymentKey) {
        Behaviour chosen = Behaviour.chosenBy(paymentKey, operation);
        if (chosen != null && book.spendBehaviour(operation, paymentKey)) {
            return chosen;
        }
        FaultPlan plan = book.faults();
        if (!plan.active()) {
            return null;
        }
        if (attempts.size() >= COUNTED_LIMIT) {
            attempts.clear();
        }
        int attempt = attempts.merge(operation + " " + paymentKey, 1, Integer::sum);
        return plan.choose(operation, paymentKey, attempt);
    }

    FaultPlan plan() {
        return book.faults();
    }

    /** Starts the plan from its beginning: attempts count from 1 again, so that the same plan put twice repeats. */
    void choose(FaultPlan plan) {
        book.chooseFaults(plan);
        attempts.clear();
    }
}
