package dev.jangbu.proving.torture;

import dev.jangbu.proving.audit.Violations;
import dev.jangbu.proving.stack.HttpApi;
import dev.jangbu.proving.stack.PspSimulator;
import dev.jangbu.proving.stack.StackAddress;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
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
import java.util.function.IntPredicate;

/**
 * Customers and sellers at work on a running stack, while the PSP misbehaves in a fifth of its calls. Afterwards the PSP behaves, a
 * person looks at what is in review, and everything that was promised is asked for.
 *
 * <p>The same seed gives the same orders, the same calls and the same whims of the PSP; how they meet is up to the machine.
 */
public final class Load implements AutoCloseable {

    /** Of 1,000 calls of each kind; 200 in all. */
    static final Map<String, Integer> MISBEHAVIOUR = Map.of(
            "declined", 40,
            "slow", 20,
            "timeout_before_charge", 20,
            "timeout_after_charge", 20,
            "error_after_charge", 35,
            "reset_after_charge", 30,
            "garbage", 25,
            "wrong_amount", 10);

    private static final int SAID_EVERY = 100;

    /** A payout is asked for after so many orders. */
    private static final int SELLER_AFTER = 5;

    private static final Duration TOLD_WITHIN = Duration.ofMinutes(1);
    private static final Duration IDLE = Duration.ofMillis(20);

    private final String run;
    private final long seed;
    private final Consumer<String> out;
    private final HttpApi api;
    private final PspSimulator psp;
    private final AcknowledgedAnswers promises = new AcknowledgedAnswers();
    private final FlakyClient line;
    private final ReferenceModel book;
    private final AtomicInteger begun = new AtomicInteger();

    /** The order after which the next payout is asked for. */
    private final AtomicInteger asked = new AtomicInteger(SELLER_AFTER - 1);

    /** @param out takes lines that say how it goes on */
    public Load(StackAddress stack, long seed, Consumer<String> out) {
        this(stack, seed, out, new ClientTimeline(new RunTime(Instant.EPOCH)));
    }

    /** @param seen takes note of what clients see */
    Load(StackAddress stack, long seed, Consumer<String> out, ClientTimeline seen) {
        this.run = "r%016x".formatted(seed);
        this.seed = seed;
        this.out = out;
        this.api = new HttpApi(stack.api(), stack.apiKey());
        this.psp = new PspSimulator(stack);
        this.line = new FlakyClient(api, promises, seen);
        this.book = new ReferenceModel(line, psp, promises.breaches());
    }

    /** How many orders were begun. */
    public int orders() {
        return begun.get();
    }

    /** How many answers were received. */
    public long answers() {
        return api.answers();
    }

    /** The promises that were not kept, so far. */
    public Violations breaches() {
        return promises.breaches();
    }

    /**
     * Lets the customers and sellers work, some eight calls for each order.
     *
     * @param clients how many work at the same time
     * @param more whether another order is to be begun, when so many are
     */
    public void work(int clients, IntPredicate more) throws IOException, InterruptedException {
        tellPsp(seed, MISBEHAVIOUR);
        List<Future<Void>> working = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int client = 0; client < clients; client++) {
                working.add(executor.submit(customers(more)));
            }
            for (int client = 0; client < clients; client += SELLER_AFTER) {
                working.add(executor.submit(sellers(more)));
            }
        }
        for (Future<Void> worker : working) {
            try {
                worker.get();
            } catch (ExecutionException e) {
                promises.broken(String.valueOf(e.getCause()));
            }
        }
    }

    private Callable<Void> customers(IntPredicate more) {
        return () -> {
            while (more.test(begun.get())) {
                int number = begun.getAndIncrement();
                try {
                    new Customer(line, run, seed, number).play(book::add);
                } catch (IllegalStateException e) {
                    // One customer's trouble is a breach; the next customer comes all the same.
                    promises.broken(String.valueOf(e.getMessage()));
                }
                if (number % SAID_EVERY == SAID_EVERY - 1) {
                    out.accept("%,d orders, %,d answers".formatted(number + 1, api.answers()));
                }
            }
            return null;
        };
    }

    /** A seller waits for what the wallet desk decides; customers don't wait for sellers. */
    private Callable<Void> sellers(IntPredicate more) {
        return () -> {
            while (true) {
                int number = asked.get();
                boolean due = number < begun.get();
                if (due && asked.compareAndSet(number, number + SELLER_AFTER)) {
                    try {
                        book.add(new Seller(line, run, seed, number).ask());
                    } catch (IllegalStateException e) {
                        promises.broken(String.valueOf(e.getMessage()));
                    }
                } else if (!due && !more.test(begun.get())) {
                    return null;
                } else if (!due) {
                    Thread.sleep(IDLE);
                }
            }
        };
    }

    /** Lets the PSP behave again, also while clients are still at work. */
    void calm() throws IOException, InterruptedException {
        tellPsp(0, Map.of());
    }

    /** The simulator may have been struck just now. */
    private void tellPsp(long drawnBy, Map<String, Integer> perMille) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            try {
                psp.misbehave(drawnBy, perMille);
                return;
            } catch (IOException e) {
                if (System.nanoTime() - begin > TOLD_WITHIN.toNanos()) {
                    throw e;
                }
                Thread.sleep(IDLE);
            }
        }
    }

    /** Lets the PSP behave again, sees everything to its end, and holds it against what was promised: see {@link #breaches}. */
    public void settle() throws IOException, InterruptedException {
        calm();
        out.accept("%,d orders, %,d answers; the PSP behaves again".formatted(orders(), answers()));
        book.settle();
        book.check();
        out.accept("everything has come to its end");
    }

    /** The PSP behaves again, also where something went wrong before it was told to. */
    @Override
    public void close() throws IOException {
        try {
            psp.misbehave(0, Map.of());
        } finally {
            api.close();
            psp.close();
        }
    }
}
