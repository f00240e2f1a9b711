package dev.jangbu.proving.stack;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waiting for what comes about by itself, but not for ever. */
final class Await {

    private static final Duration EVERY = Duration.ofMillis(100);

    private Await() {}

    /** @throws IllegalStateException if it doesn't come about in time, or the thread is interrupted */
    static void until(String what, Duration within, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > within.toNanos()) {
                throw new IllegalStateException("Waited in vain for %s, %d s".formatted(what, within.toSeconds()));
            }
            try {
                Thread.sleep(EVERY);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while waiting for " + what, e);
            }
        }
    }
}
