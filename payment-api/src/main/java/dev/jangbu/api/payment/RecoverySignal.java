package dev.jangbu.api.payment;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.stereotype.Component;

/** Tells whoever works things off that there is something new to do, so that it needn't wait until it looks again. */
@Component
public class RecoverySignal {

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Has this run at each ring, on the thread that rings: it must not block. */
    public void onRing(Runnable listener) {
        listeners.add(listener);
    }

    /** Call it when what there is to do has been committed. */
    public void ring() {
        listeners.forEach(Runnable::run);
    }
}
