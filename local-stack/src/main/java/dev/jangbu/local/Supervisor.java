package dev.jangbu.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Brings the stack up, keeps it up, takes it down.
 *
 * <pre>
 *   postgres ──▶ registry ─┐
 *   kafka ───────┬─────────┴──▶ payment-api, streams-processor, ledger-service ─┐
 *                └──▶ connect ──────────────────────────────────────────────────┴──▶ outbox connector
 *   psp-simulator
 * </pre>
 *
 * <p>Each part starts as soon as what it needs is ready, and is started again whenever it dies: nothing that others do may
 * depend on a part that stays up. Every process has a guard that ends it when this one ends, be it by kill -9.
 */
final class Supervisor {

    private final Map<PartName, SupervisedPart> parts = new EnumMap<>(PartName.class);
    private final @Nullable OutboxConnector connector;
    private final Console console;
    private volatile boolean complete;

    Supervisor(Stack stack, Set<PartName> wanted, Console console) throws IOException {
        this.console = console;
        Path guard = GuardedProcess.installGuard(stack.data());
        for (Part part : all(stack)) {
            if (wanted.contains(part.name())) {
                parts.put(part.name(), new SupervisedPart(part, stack, guard, console));
            }
        }
        // The tables that the connector reads are made by payment-api.
        connector = wanted.containsAll(Set.of(PartName.POSTGRES, PartName.CONNECT, PartName.PAYMENT_API))
                ? new OutboxConnector(stack, console)
                : null;
        LogLimit.watch(stack.data().dir("logs"));
    }

    /**
     * Starts everything, and returns when all of it works.
     *
     * @throws CommandException if a part doesn't come up; the others run then, so {@link #stop} is next
     */
    void start() {
        List<CompletableFuture<Void>> steps = new ArrayList<>();
        for (SupervisedPart part : parts.values()) {
            steps.add(awaited(part.part().after())
                    .thenRun(() -> Thread.ofVirtual().name(part.name().text()).start(part::run)));
            steps.add(part.ready());
        }
        if (connector != null) {
            steps.add(awaited(Set.of(PartName.CONNECT, PartName.PAYMENT_API)).thenRunAsync(() -> connect(connector)));
        }
        awaitAll(steps);
        complete = true;
    }

    /** Stops everything, in order, in bounded time. */
    void stop() {
        if (complete && StartupArchive.wanted()) {
            saveStartups();
        }
        for (List<PartName> group : PartName.STOP_ORDER) {
            List<Thread> stopping = group.stream()
                    .map(parts::get)
                    .filter(Objects::nonNull)
                    .map(part -> Thread.ofVirtual().start(part::stop))
                    .toList();
            for (Thread each : stopping) {
                try {
                    each.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /** Once for each build: what the JVMs have learned in this run makes the next one start in about half the time. */
    private void saveStartups() {
        List<SupervisedPart> lacking =
                parts.values().stream().filter(SupervisedPart::lacksStartup).toList();
        if (lacking.isEmpty()) {
            return;
        }
        console.say("Keeping start-up archives, once for each build");
        // As many at once as there are cores to make them.
        try (ExecutorService executor =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            lacking.forEach(part -> executor.execute(() -> {
                try {
                    part.saveStartup();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
    }

    private static List<Part> all(Stack stack) {
        Postgres postgres = new Postgres(stack);
        List<Integer> inner = stack.ports().moreFree(3);
        return List.of(
                postgres,
                new Kafka(stack, inner.get(0)),
                new Registry(stack, inner.get(1)),
                new Connect(stack),
                new PspSimulator(stack),
                new PaymentApi(stack, inner.get(2)),
                new StreamsProcessor(stack),
                new LedgerService(stack));
    }

    private static void connect(OutboxConnector connector) {
        try {
            connector.create();
            Thread.ofVirtual().name("outbox-connector").start(connector::watch);
        } catch (IOException e) {
            throw new CommandException("The outbox connector can't be created: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Completes when these parts are ready, as far as they are wanted here. */
    private CompletableFuture<Void> awaited(Set<PartName> names) {
        return CompletableFuture.allOf(names.stream()
                .map(parts::get)
                .filter(Objects::nonNull)
                .map(SupervisedPart::ready)
                .toArray(CompletableFuture[]::new));
    }

    /** Returns when all are done, or throws as soon as one has failed. */
    private static void awaitAll(List<CompletableFuture<Void>> steps) {
        CompletableFuture<Void> all = CompletableFuture.allOf(steps.toArray(CompletableFuture[]::new));
        for (CompletableFuture<Void> step : steps) {
            CompletableFuture<Void> unused = step.whenComplete((done, failure) -> {
                if (failure != null) {
                    all.completeExceptionally(failure);
                }
            });
        }
        try {
            all.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof CommandException told
                    ? told
                    : new CommandException("The stack can't be started: " + e.getCause(), e);
        }
    }
}
