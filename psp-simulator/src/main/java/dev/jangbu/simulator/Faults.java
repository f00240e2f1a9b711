package dev.jangbu.simulator;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the fault of a call: the one named by the payment key for the first call of its kind, else the seeded plan's.
 */
final class Faults {
    /** Attempts are counted only while a plan is active; at this many payment keys the counters are reset. */
    private static final int COUNTER_LIMIT = 200_000;

    private final PaymentStore store;
    private final ConcurrentMap<String, Integer> attempts = new ConcurrentHashMap<>();
    private volatile FaultPlan plan;

    Faults(PaymentStore store) {
        this.store = store;
        this.plan = store.faults();
    }

    /** Counts an attempt and returns its behaviour, or null for a correct response. */
    @Nullable
    Behaviour next(Operation operation, String paymentKey) {
        Behaviour named = Behaviour.namedBy(paymentKey, operation);
        if (named != null && store.markBehaviourShown(operation, paymentKey)) {
            return named;
        }
        FaultPlan current = plan;
        if (!current.active()) {
            return null;
        }
        if (attempts.size() >= COUNTER_LIMIT) {
            attempts.clear();
        }
        int attempt = attempts.merge(operation + " " + paymentKey, 1, Integer::sum);
        return current.choose(operation, paymentKey, attempt);
    }

    FaultPlan plan() {
        return plan;
    }

    /** Activates the plan and resets the attempt counters, so that setting the same plan twice repeats its faults. */
    void activate(FaultPlan next) {
        store.setFaultPlan(next);
        plan = next;
        attempts.clear();
    }
}
