package dev.jangbu.proving.torture;

import dev.jangbu.operator.console.InterruptibleTask;
import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.audit.Violations;
import dev.jangbu.proving.stack.Await;
import dev.jangbu.proving.stack.PspSimulatorClient;
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
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * Load of simulated customers and sellers on a running stack, with PSP faults in a fifth of the calls. Afterwards the
 * PSP works correctly, open reviews are resolved, and all acknowledged answers are checked.
 *
 * <p>The same seed gives the same orders, calls and PSP faults; their interleaving depends on the machine.
 */
public final class ClientLoad implements AutoCloseable {

    /** Faulty calls of 1,000 per kind of call; 200 in all. */
    static final Map<String, Integer> PSP_FAULTS = Map.of(
            "declined", 40,
            "slow", 20,
            "timeout_before_charge", 20,
            "timeout_after_charge", 20,
            "error_after_charge", 35,
            "reset_after_charge", 30,
            "garbage", 25,
            "wrong_amount", 10);

    private static final int REPORT_EVERY = 100;

    /** Orders per payout. */
    private static final int ORDERS_PER_PAYOUT = 5;

    /** Orders whose calls are repeated concurrently after a restore. */
    private static final int REPEATING = 8;

    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final Duration IDLE = Duration.ofMillis(20);

    private final String run;
    private final long seed;
    private final Consumer<String> out;
    private final HttpApi api;
    private final PspSimulatorClient psp;
    private final AcknowledgedAnswers answers = new AcknowledgedAnswers();
    private final Restores restores = new Restores();
    private final FlakyClient client;
    private final ReferenceModel model;
    private final AtomicInteger started = new AtomicInteger();

    /** The number of the order after which the next payout is requested. */
    private final AtomicInteger nextPayout = new AtomicInteger(ORDERS_PER_PAYOUT - 1);

    /** @param out receives progress lines */
    public ClientLoad(Installation stack, long seed, Consumer<String> out) {
        this(stack, seed, out, new ClientTimeline(new RunClock(Instant.EPOCH)));
    }

    /** @param timeline records the answers */
    ClientLoad(Installation stack, long seed, Consumer<String> out, ClientTimeline timeline) {
        this.run = "r%016x".formatted(seed);
        this.seed = seed;
        this.out = out;
        this.api = new HttpApi(stack.api(), stack.apiKey());
        this.psp = new PspSimulatorClient(stack);
        this.client = new FlakyClient(
                api, answers, timeline, restores, id -> this.model().resolveReviews(id), CallChain.NONE);
        this.model = new ReferenceModel(client, psp, answers.violations());
    }

    /** The number of started orders. */
    public int orders() {
        return started.get();
    }

    /** The number of received answers. */
    public long answers() {
        return api.responseCount();
    }

    Restores restores() {
        return restores;
    }

    /**
     * Tells the clients that the database was restored. It must still be closed.
     *
     * @param since the beginning of the backup, {@link System#nanoTime()}
     */
    void announceRestore(long since) {
        answers.mayBeLost(since);
        restores.announce(since);
    }

    /**
     * Lets the clients of all orders and payouts repeat the calls that the last restore may have lost; those that are
     * calling do so by themselves.
     *
     * @return the number of calls repeated here
     */
    int repeatLostCalls() throws InterruptedException {
        AtomicInteger count = new AtomicInteger();
        Semaphore slots = new Semaphore(REPEATING);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (CallChain chain : restores.chains()) {
                executor.execute(InterruptibleTask.of(() -> {
                    slots.acquire();
                    try {
                        count.addAndGet(client.of(chain).repeatLostCalls());
                    } catch (IllegalStateException e) {
                        answers.addViolation(String.valueOf(e.getMessage()));
                    } finally {
                        slots.release();
                    }
                }));
            }
        }
        return count.get();
    }

    void addViolation(String what) {
        answers.addViolation(what);
    }

    private ReferenceModel model() {
        return model;
    }

    /** The violations found so far. */
    public Violations violations() {
        return answers.violations();
    }

    /**
     * Runs customers and sellers, some eight calls per order.
     *
     * @param clients the number of concurrent customers
     * @param more whether to start another order, given the number of started ones
     */
    public void work(int clients, IntPredicate more) throws InterruptedException {
        setPspFaults(seed, PSP_FAULTS);
        List<Future<Void>> workers = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int client = 0; client < clients; client++) {
                workers.add(executor.submit(customers(more)));
            }
            for (int client = 0; client < clients; client += ORDERS_PER_PAYOUT) {
                workers.add(executor.submit(sellers(more)));
            }
        }
        for (Future<Void> worker : workers) {
            try {
                worker.get();
            } catch (ExecutionException e) {
                answers.addViolation(String.valueOf(e.getCause()));
            }
        }
    }

    private Callable<Void> customers(IntPredicate more) {
        return () -> {
            while (more.test(started.get())) {
                int number = started.getAndIncrement();
                try {
                    new Customer(client, run, seed, number).run(model::add);
                } catch (IllegalStateException e) {
                    // A failed order is a violation; the next order starts all the same.
                    answers.addViolation(String.valueOf(e.getMessage()));
                }
                if (number % REPORT_EVERY == REPORT_EVERY - 1) {
                    out.accept("%,d orders, %,d answers".formatted(number + 1, api.responseCount()));
                }
            }
            return null;
        };
    }

    /** Sellers wait for the decision of the wallet processor; customers don't wait for sellers. */
    private Callable<Void> sellers(IntPredicate more) {
        return () -> {
            while (true) {
                int number = nextPayout.get();
                boolean due = number < started.get();
                if (due && nextPayout.compareAndSet(number, number + ORDERS_PER_PAYOUT)) {
                    try {
                        model.add(new Seller(client, run, seed, number).request());
                    } catch (IllegalStateException e) {
                        answers.addViolation(String.valueOf(e.getMessage()));
                    }
                } else if (!due && !more.test(started.get())) {
                    return null;
                } else if (!due) {
                    Thread.sleep(IDLE);
                }
            }
        };
    }

    /** Switches PSP faults off; also possible while clients are running. */
    void stopPspFaults() throws InterruptedException {
        setPspFaults(0, Map.of());
    }

    /** Retries: the simulator may just have been killed. */
    private void setPspFaults(long faultSeed, Map<String, Integer> perMille) throws InterruptedException {
        Await.value("the PSP simulator", TIMEOUT, IDLE, () -> {
            psp.injectFaults(faultSeed, perMille);
            return true;
        });
    }

    /**
     * Switches PSP faults off, waits until all orders have ended and compares the stack with the acknowledged answers;
     * see {@link #violations}.
     */
    public void settle() throws IOException, InterruptedException {
        stopPspFaults();
        out.accept("%,d orders, %,d answers; PSP faults are off".formatted(orders(), answers()));
        model.settle();
        model.check();
        out.accept("all orders have ended");
    }

    /** Switches PSP faults off, also after a failure. */
    @Override
    public void close() throws IOException {
        try {
            psp.injectFaults(0, Map.of());
        } finally {
            api.close();
            psp.close();
        }
    }
}
