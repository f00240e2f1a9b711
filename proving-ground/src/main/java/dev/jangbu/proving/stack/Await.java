package dev.jangbu.proving.stack;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Polls a condition until it holds or a limit has passed. */
final class Await {

    private static final Duration INTERVAL = Duration.ofMillis(100);

    private Await() {}

    /** @throws IllegalStateException if the condition does not hold within the limit, or the thread is interrupted */
    static void until(String description, Duration limit, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > limit.toNanos()) {
                throw new IllegalStateException(
                        "Timed out after %d s waiting for %s".formatted(limit.toSeconds(), description));
            }
            try {
                Thread.sleep(INTERVAL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while waiting for " + description, e);
            }
        }
    }
}
