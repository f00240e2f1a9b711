package dev.jangbu.testsupport;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Clean-up at the end of the JVM, in the reverse order of registration. Plain shutdown hooks run concurrently, so that a
 * broker might stop before the service that uses it.
 */
public final class AtJvmEnd {

    private static final Deque<Runnable> ACTIONS = new ArrayDeque<>();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(AtJvmEnd::runAll, "at-jvm-end"));
    }

    private AtJvmEnd() {}

    /** Registers an action. It runs before the actions that were registered earlier. */
    public static void run(Runnable action) {
        synchronized (ACTIONS) {
            ACTIONS.push(action);
        }
    }

    private static void runAll() {
        for (Runnable action = next(); action != null; action = next()) {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                System.err.println("Clean-up at the end of the JVM failed: " + e);
            }
        }
    }

    private static @Nullable Runnable next() {
        synchronized (ACTIONS) {
            return ACTIONS.poll();
        }
    }
}
