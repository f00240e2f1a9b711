package dev.jangbu.proving.torture;

import dev.jangbu.proving.audit.Breaches;
import dev.jangbu.proving.stack.HttpApi;
import dev.jangbu.proving.stack.PspSimulator;
import dev.jangbu.proving.stack.StackAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Customers and sellers at work on a running stack, while the PSP misbehaves in a fifth of its calls. Afterwards the PSP behaves, a
 * person looks at what is in review, and everything that was promised is asked for.
 *
 * <p>The same seed gives the same orders, the same calls and the same whims of the PSP; how they meet is up to the machine.
 */
public final class Load {

    /** Of 1,000 calls of each kind; 200 in all. */
    private static final Map<String, Integer> MISBEHAVIOUR = Map.of(
            "declined", 40,
            "slow", 20,
            "timeout_before_charge", 20,
            "timeout_after_charge", 20,
            "error_after_charge", 35,
            "reset_after_charge", 30,
            "garbage", 25,
            "wrong_amount", 10);

    private static final int SAID_EVERY = 100;

    private final StackAddress stack;
    private final long seed;
    private final int orders;
    private final int clients;
    private final Consumer<String> out;

    /**
     * @param orders how many; with what is done to them and asked again, some seven calls each
     * @param clients how many work at the same time
     * @param out takes lines that say how it goes on
     */
    public Load(StackAddress stack, long seed, int orders, int clients, Consumer<String> out) {
        this.stack = stack;
        this.seed = seed;
        this.orders = orders;
        this.clients = clients;
        this.out = out;
    }

    /**
     * What came of it.
     *
     * @param answers how many answers were given
     * @param breaches the promises that were not kept
     */
    public record Result(long answers, Breaches breaches) {}

    /** Runs it to its end; afterwards nothing of it is open any more. */
    public Result run() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        String run = "r%016x".formatted(seed);
        Promises promises = new Promises();
        try (HttpApi api = new HttpApi(stack.api(), stack.apiKey());
                PspSimulator psp = new PspSimulator(stack)) {
            BadLine line = new BadLine(api, promises);
            OwnBook book = new OwnBook(line, psp, promises.breaches());
            psp.misbehave(seed, MISBEHAVIOUR);
            try {
                work(line, run, book);
            } finally {
                psp.misbehave(0, Map.of());
            }
            out.accept("%d s: %,d answers; the PSP behaves again, and everything comes to its end"
                    .formatted(seconds(begin), api.answers()));
            book.settle();
            out.accept("%d s: all is at its end".formatted(seconds(begin)));
            book.check();
            return new Result(api.answers(), promises.breaches());
        }
    }

    private static long seconds(long begin) {
        return (System.nanoTime() - begin) / 1_000_000_000;
    }

    private void work(BadLine line, String run, OwnBook book) throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        List<Future<Void>> working = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int client = 0; client < clients; client++) {
                Callable<Void> worker = () -> {
                    for (int n = next.getAndIncrement(); n < orders; n = next.getAndIncrement()) {
                        book.add(new Customer(line, run, seed, n).play());
                        if (n % 5 == 4) {
                            new Seller(line, run, seed, n).ask().ifPresent(book::add);
                        }
                        if (n % SAID_EVERY == SAID_EVERY - 1) {
                            out.accept("%,d orders of %,d begun".formatted(n + 1, orders));
                        }
                    }
                    return null;
                };
                working.add(executor.submit(worker));
            }
        }
        for (Future<Void> worker : working) {
            try {
                worker.get();
            } catch (ExecutionException e) {
                line.promises().broken(String.valueOf(e.getCause()));
            }
        }
    }
}
