package dev.jangbu.proving.stack;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.KafkaException;

/** Polls until a condition holds or a limit has passed. */
public final class Await {

    private static final Duration INTERVAL = Duration.ofMillis(100);

    private Await() {}

    /** An attempt that may fail, for instance because a part is down. */
    @FunctionalInterface
    public interface Attempt<T> {
        T run() throws IOException, SQLException, ExecutionException, InterruptedException;
    }

    /** Decides whether a value ends the wait. */
    @FunctionalInterface
    public interface Check<T> {
        boolean accepts(T value) throws InterruptedException;
    }

    /** @throws IllegalStateException if the condition does not hold within the limit, or the thread is interrupted */
    static void until(String what, Duration limit, BooleanSupplier condition) {
        try {
            if (!holds(limit, INTERVAL, condition)) {
                throw new IllegalStateException(
                        "Timed out after %d s waiting for %s".formatted(limit.toSeconds(), what));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for " + what, e);
        }
    }

    /** Whether the condition holds within the limit. */
    public static boolean holds(Duration limit, Duration interval, BooleanSupplier condition)
            throws InterruptedException {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > limit.toNanos()) {
                return false;
            }
            Thread.sleep(interval);
        }
        return true;
    }

    /** Repeats an attempt until it does not fail; see {@link #value(String, Duration, Duration, Attempt, Check)}. */
    public static <T> T value(String what, Duration limit, Duration interval, Attempt<T> attempt)
            throws InterruptedException {
        return value(what, limit, interval, attempt, value -> true);
    }

    /**
     * Repeats an attempt until its value is accepted. A failure counts as a value that is not.
     *
     * @throws IllegalStateException after the limit, with the last value or failure
     */
    public static <T> T value(
            String what, Duration limit, Duration interval, Attempt<T> attempt, Check<? super T> check)
            throws InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            String last;
            try {
                T value = attempt.run();
                if (check.accepts(value)) {
                    return value;
                }
                last = String.valueOf(value);
            } catch (IOException | SQLException | ExecutionException | KafkaException e) {
                last = e.toString();
            }
            if (System.nanoTime() - begin > limit.toNanos()) {
                throw new IllegalStateException("Timed out after %d s waiting for %s; the last result: %s"
                        .formatted(limit.toSeconds(), what, last));
            }
            Thread.sleep(interval);
        }
    }
}
