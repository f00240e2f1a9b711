package dev.jangbu.operator.console;

/** The work of a thread that ends when it is interrupted. */
@FunctionalInterface
public interface InterruptibleTask {

    void run() throws InterruptedException;

    /** The task for a thread. */
    static Runnable of(InterruptibleTask task) {
        return () -> {
            try {
                task.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }
}
