package dev.jangbu.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A closed loop of clients: each starts the next payment when its last one is completed. Measures the maximum
 * throughput.
 */
final class ClosedLoop {

    private final PaymentLoad load;
    private final int clients;

    ClosedLoop(PaymentLoad load, int clients) {
        this.load = load;
        this.clients = clients;
    }

    /**
     * Starts payments for {@code seconds} and waits for the last ones.
     *
     * @return the duration, nanoseconds
     */
    long run(int seconds) throws IOException, InterruptedException {
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
        List<Throwable> failures = new ArrayList<>();
        for (Future<?> each : running) {
            try {
                each.get();
            } catch (ExecutionException e) {
                failures.add(e.getCause());
            }
        }
        if (!failures.isEmpty()) {
            throw new BenchException(
                    "%d of %d clients failed, for example: %s"
                            .formatted(
                                    failures.size(),
                                    clients,
                                    failures.getFirst().getMessage()),
                    failures.getFirst());
        }
        return nanos;
    }
}
