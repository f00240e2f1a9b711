package dev.jangbu.local.demo;

import dev.jangbu.local.supervision.Shutdown;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.console.Console;
import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.operator.installation.InstallationOptions;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code demo}: sends payments at a constant rate through the public API and prints each outcome. */
@Command(
        name = "demo",
        description = "Sends payments and prints their outcomes. Ends with a summary, also at Ctrl-C.",
        mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {

    /** At this many pending payments the demo waits before it sends the next one. */
    private static final int MAX_IN_FLIGHT = 500;

    /** Longer than a payment's wait for its completion. */
    private static final Duration TIMEOUT = Duration.ofSeconds(40);

    @Mixin
    private InstallationOptions options = new InstallationOptions();

    @Option(names = "--rate", paramLabel = "R", description = "payments per second (default: ${DEFAULT-VALUE})")
    private double rate = 2;

    @Option(names = "--seconds", paramLabel = "S", description = "duration (default: ${DEFAULT-VALUE})")
    private int seconds = 30;

    @Option(names = "--sellers", paramLabel = "N", description = "number of sellers (default: ${DEFAULT-VALUE})")
    private int sellers = 20;

    private final Console console = Console.ofStdout();

    @Override
    public Integer call() throws InterruptedException {
        if (!(rate > 0) || rate > 10_000 || seconds < 1 || sellers < 1) {
            throw new CommandException(
                    "--rate must be greater than 0 and at most 10000; --seconds and --sellers at least 1.");
        }
        Installation installation = options.installation();
        DemoApi api = new DemoApi(new HttpApi(installation.api(), installation.apiKey(), TIMEOUT));
        DemoTotals totals = new DemoTotals();
        Shutdown shutdown = Shutdown.install(() -> totals.summary().forEach(console::print));
        console.print("%.4g payments per second for %d s".formatted(rate, seconds));
        run(api, new DemoOrders(sellers), totals);
        if (totals.failed() > 0) {
            shutdown.exitCode(1);
        }
        return totals.failed() > 0 ? 1 : 0;
    }

    private void run(DemoApi api, DemoOrders orders, DemoTotals totals) throws InterruptedException {
        Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);
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
                        print(order, totals.add(api.pay(order)));
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

    private void print(DemoOrders.Order order, DemoOutcome outcome) {
        console.print("%s  %d %s %12s KRW   %s"
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
