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
 * Buyers who come when they are due, whatever became of the others. What each waits is counted from when they were due, so
 * that a system that stands still is charged with all who came meanwhile (no coordinated omission).
 */
final class OpenLoop {

    private static final long HIGHEST_MICROS = 120_000_000;

    private final Buyers buyers;
    private final int perSecond;

    OpenLoop(Buyers buyers, int perSecond) {
        this.buyers = buyers;
        this.perSecond = perSecond;
    }

    /** Of microseconds, to three digits. */
    static Histogram micros() {
        return new ConcurrentHistogram(HIGHEST_MICROS, 3);
    }

    /** Lets buyers come for so long; what each waited from being due to COMPLETED, microseconds. */
    Histogram run(int seconds) throws IOException, InterruptedException {
        Histogram waited = micros();
        int count = perSecond * seconds;
        long interval = 1_000_000_000L / perSecond;
        List<Future<?>> all = new ArrayList<>(count);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            long began = System.nanoTime();
            for (int i = 0; i < count; i++) {
                long due = began + i * interval;
                Shop.Order order = buyers.order();
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                all.add(executor.submit(() -> {
                    buyers.pay(order);
                    waited.recordValue((System.nanoTime() - due) / 1_000);
                    return null;
                }));
            }
        }
        for (Future<?> each : all) {
            try {
                each.get();
            } catch (ExecutionException e) {
                throw new BenchException("A buyer gave up: " + e.getMessage(), e);
            }
        }
        return waited;
    }
}
