package dev.jangbu.proving.stack;

/** The work of a thread that ends when it is interrupted. */
@FunctionalInterface
public interface InterruptibleTask extends Runnable {

    void work() throws InterruptedException;

    @Override
    default void run() {
        try {
            work();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
