package dev.jangbu.local;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code demo}: sends payments at a steady rate through the public API, and shows each one completing. */
@Command(
        name = "demo",
        description = "Sends payments at a running stack and shows them completing; Ctrl-C ends it with a summary.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {

    /** More would only queue: at this many unanswered payments the demo waits instead of sending faster. */
    private static final int MOST_IN_FLIGHT = 500;

    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--rate", paramLabel = "R", description = "payments a second (default: ${DEFAULT-VALUE})")
    private double rate = 2;

    @Option(names = "--seconds", paramLabel = "S", description = "for how long (default: ${DEFAULT-VALUE})")
    private int seconds = 30;

    @Option(
            names = "--sellers",
            paramLabel = "N",
            description = "how many sellers there are (default: ${DEFAULT-VALUE})")
    private int sellers = 20;

    private final Console console = Console.ofStdout();

    @Override
    public Integer call() throws InterruptedException {
        if (!(rate > 0) || rate > 10_000 || seconds < 1 || sellers < 1) {
            throw new CommandException("--rate must be above 0 and at most 10000, --seconds and --sellers at least 1.");
        }
        DemoApi api = new DemoApi(DevJson.of(data.directory()));
        DemoTotals totals = new DemoTotals();
        Shutdown shutdown = Shutdown.install(() -> totals.summary().forEach(console::say));
        console.say("%.4g payments a second for %d s".formatted(rate, seconds));
        run(api, new DemoOrders(sellers), totals);
        if (totals.failed() > 0) {
            shutdown.exitCode(1);
        }
        return totals.failed() > 0 ? 1 : 0;
    }

    private void run(DemoApi api, DemoOrders orders, DemoTotals totals) throws InterruptedException {
        Semaphore inFlight = new Semaphore(MOST_IN_FLIGHT);
        long count = Math.max(1, Math.round(rate * seconds));
        long begin = System.nanoTime();
        try (ExecutorService payments = Executors.newVirtualThreadPerTaskExecutor()) {
            for (long n = 0; n < count; n++) {
                long due = begin + Math.round(n / rate * 1e9);
                TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
                inFlight.acquire();
                DemoOrders.Order order = orders.next();
                payments.execute(() -> {
                    try {
                        show(order, totals.add(api.pay(order)));
                    } finally {
                        inFlight.release();
                    }
                });
            }
            payments.shutdown();
            if (!payments.awaitTermination(Duration.ofSeconds(60).toMillis(), TimeUnit.MILLISECONDS)) {
                payments.shutdownNow();
            }
        }
    }

    private void show(DemoOrders.Order order, DemoOutcome outcome) {
        console.say("%s  %d %s %12s KRW   %s"
                .formatted(
                        order.orderId(),
                        order.lines(),
                        order.lines() == 1 ? "seller " : "sellers",
                        "%,d".formatted(order.amount()),
                        switch (outcome) {
                            case DemoOutcome.Completed done ->
                                "approved %5d ms   completed %5d ms"
                                        .formatted(
                                                done.approved().toMillis(),
                                                done.completed().toMillis());
                            case DemoOutcome.Declined declined -> "declined (" + declined.pspCode() + ")";
                            case DemoOutcome.Open open -> "still " + open.status();
                            case DemoOutcome.Failed failed -> "failed: " + failed.reason();
                        }));
    }
}
