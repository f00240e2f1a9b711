package dev.jangbu.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Buyers who pay one after the other: as many payments as the system can do. */
final class ClosedLoop {

    private final Buyers buyers;
    private final int clients;

    ClosedLoop(Buyers buyers, int clients) {
        this.buyers = buyers;
        this.clients = clients;
    }

    /**
     * Lets them pay for so long, and each finish.
     *
     * @return how long it took, nanoseconds
     */
    long run(int seconds) throws IOException, InterruptedException {
        long began = System.nanoTime();
        long until = began + seconds * 1_000_000_000L;
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int client = 0; client < clients; client++) {
                running.add(executor.submit(() -> {
                    while (System.nanoTime() < until) {
                        buyers.pay(buyers.order());
                    }
                    return null;
                }));
            }
        }
        long took = System.nanoTime() - began;
        List<Throwable> gaveUp = new ArrayList<>();
        for (Future<?> each : running) {
            try {
                each.get();
            } catch (ExecutionException e) {
                gaveUp.add(e.getCause());
            }
        }
        if (!gaveUp.isEmpty()) {
            throw new BenchException(
                    "%d of %d buyers gave up, for instance: %s"
                            .formatted(gaveUp.size(), clients, gaveUp.getFirst().getMessage()),
                    gaveUp.getFirst());
        }
        return took;
    }
}
