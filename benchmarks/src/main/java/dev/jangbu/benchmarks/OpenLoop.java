package dev.jangbu.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * An open loop: payments start when due, whether or not earlier ones are done. Waiting times count from the due time,
 * so a stalled system is charged with all payments due meanwhile (no coordinated omission).
 */
final class OpenLoop {

    private static final long HIGHEST_MICROS = 120_000_000;

    private final PaymentLoad load;
    private final int perSecond;

    OpenLoop(PaymentLoad load, int perSecond) {
        this.load = load;
        this.perSecond = perSecond;
    }

    /** A histogram of microseconds with three significant digits. */
    static Histogram micros() {
        return new ConcurrentHistogram(HIGHEST_MICROS, 3);
    }

    /** Starts payments for {@code seconds} and returns the times from due to COMPLETED, microseconds. */
    Histogram run(int seconds) throws IOException, InterruptedException {
        Histogram waited = micros();
        int count = perSecond * seconds;
        long interval = 1_000_000_000L / perSecond;
        List<Future<?>> all = new ArrayList<>(count);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            long startedAt = System.nanoTime();
            for (int i = 0; i < count; i++) {
                long due = startedAt + i * interval;
                PaymentClient.Order order = load.order();
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                all.add(executor.submit(() -> {
                    load.pay(order);
                    waited.recordValue((System.nanoTime() - due) / 1_000);
                    return null;
                }));
            }
        }
        for (Future<?> each : all) {
            try {
                each.get();
            } catch (ExecutionException e) {
                throw new BenchException("A payment failed: " + e.getMessage(), e);
            }
        }
        return waited;
    }
}
