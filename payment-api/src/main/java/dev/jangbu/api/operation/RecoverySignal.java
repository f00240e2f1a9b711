package dev.jangbu.api.operation;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.stereotype.Component;

/** Wakes the recovery when new work is committed, before its next poll. Thread-safe. */
@Component
public class RecoverySignal {

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Runs the listener at each signal, on the signaling thread. The listener must not block. */
    public void onRaised(Runnable listener) {
        listeners.add(listener);
    }

    /** Signals new work; call it after the commit. */
    public void raise() {
        listeners.forEach(Runnable::run);
    }
}
