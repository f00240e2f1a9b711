package dev.jangbu.benchmarks;

import dev.jangbu.operator.console.CommandException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Two ways to apply a load for some seconds. Both return when the last payment is COMPLETED. */
final class Loops {

    private static final long HIGHEST_MICROS = 120_000_000;

    private Loops() {}

    /** A histogram of microseconds with three significant digits. */
    static Histogram micros() {
        return new ConcurrentHistogram(HIGHEST_MICROS, 3);
    }

    /**
     * A closed loop: each client starts the next payment when its last one is completed. Measures the maximum
     * throughput.
     *
     * @return the duration, nanoseconds
     */
    static long closed(PaymentLoad load, int clients, int seconds) {
        long startedAt = System.nanoTime();
        long until = startedAt + seconds * 1_000_000_000L;
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int client = 0; client < clients; client++) {
                running.add(executor.submit(() -> {
                    while (System.nanoTime() < until) {
                        load.pay(load.order());
                    }
                    return null;
                }));
            }
        }
        long nanos = System.nanoTime() - startedAt;
        requireSuccess(running);
        return nanos;
    }

    /**
     * An open loop: payments start when due, whether or not earlier ones are done. A stalled system is charged with all
     * payments due meanwhile (no coordinated omission).
     *
     * @return the times from due to COMPLETED, microseconds
     */
    static Histogram open(PaymentLoad load, int perSecond, int seconds) {
        Histogram waited = micros();
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            long startedAt = System.nanoTime();
            for (int i = 0; i < perSecond * seconds; i++) {
                long due = startedAt + i * 1_000_000_000L / perSecond;
                PaymentLoad.Order order = load.order();
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                running.add(executor.submit(() -> {
                    load.pay(order);
                    waited.recordValue((System.nanoTime() - due) / 1_000);
                    return null;
                }));
            }
        }
        requireSuccess(running);
        return waited;
    }

    private static void requireSuccess(List<Future<?>> ended) {
        List<Throwable> failures = ended.stream()
                .filter(task -> task.state() == Future.State.FAILED)
                .map(Future::exceptionNow)
                .toList();
        if (!failures.isEmpty()) {
            Throwable first = failures.getFirst();
            throw new CommandException(
                    "%d of %d clients failed, for example: %s"
                            .formatted(failures.size(), ended.size(), first.getMessage()),
                    first);
        }
    }
}
