package dev.jangbu.local.supervision;

import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Stack;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.console.Console;
import dev.jangbu.operator.console.InterruptibleTask;
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

/**
 * Starts, restarts and stops the parts of the stack.
 *
 * <pre>
 *   postgres ──▶ registry ─┐
 *   kafka ───────┬─────────┴──▶ payment-api, streams-processor, ledger-service ─┐
 *                └──▶ connect ──────────────────────────────────────────────────┴──▶ outbox connector
 *   psp-simulator
 * </pre>
 *
 * <p>A part starts when its dependencies are ready for the first time, and restarts whenever it exits. The others keep
 * running meanwhile. A guard stops each process when this process ends, also after kill -9.
 */
public final class Supervisor {

    private final Map<PartName, SupervisedPart> parts = new EnumMap<>(PartName.class);
    private final List<StackTask> tasks;
    private final Console console;
    private volatile boolean started;

    /** @param tasks run after their dependencies, unless one of these is not in {@code processes} */
    public Supervisor(Stack stack, List<StackProcess> processes, List<StackTask> tasks, Console console)
            throws IOException {
        this.console = console;
        Path guard = GuardedProcess.installGuard(stack.data());
        for (StackProcess process : processes) {
            parts.put(process.name(), new SupervisedPart(process, stack, guard, console));
        }
        this.tasks = tasks.stream()
                .filter(task -> parts.keySet().containsAll(task.dependencies()))
                .toList();
        LogLimit.watch(stack.data().dir("logs"));
    }

    /**
     * Starts all parts and tasks, and returns when all are ready.
     *
     * @throws CommandException if one fails to start; the others keep running until {@link #stop}
     */
    public void start() {
        List<CompletableFuture<Void>> steps = new ArrayList<>();
        for (SupervisedPart part : parts.values()) {
            steps.add(allReady(part.dependencies())
                    .thenRun(() -> Thread.ofVirtual().name(part.name().text()).start(part::run)));
            steps.add(part.ready());
        }
        for (StackTask task : tasks) {
            steps.add(allReady(task.dependencies()).thenRunAsync(InterruptibleTask.of(task::run)));
        }
        awaitAll(steps);
        started = true;
    }

    /** Stops all parts in order, in bounded time. */
    public void stop() {
        if (started && StartupArchive.isEnabled()) {
            saveArchives();
        }
        for (List<PartName> group : PartName.STOP_ORDER) {
            try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
                group.stream().map(parts::get).filter(Objects::nonNull).forEach(part -> executor.execute(part::stop));
            }
        }
    }

    /** Saves a class archive of each JVM that has none for its current build. It halves the time of the next start. */
    private void saveArchives() {
        List<SupervisedPart> missing =
                parts.values().stream().filter(SupervisedPart::lacksArchive).toList();
        if (missing.isEmpty()) {
            return;
        }
        console.print("Saving class archives for faster starts, once per build");
        try (ExecutorService executor =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            missing.forEach(part -> executor.execute(InterruptibleTask.of(part::saveArchive)));
        }
    }

    /** Completes when those of these parts that this supervisor runs are ready. */
    private CompletableFuture<Void> allReady(Set<PartName> names) {
        return CompletableFuture.allOf(names.stream()
                .map(parts::get)
                .filter(Objects::nonNull)
                .map(SupervisedPart::ready)
                .toArray(CompletableFuture[]::new));
    }

    /** Returns when all steps are done; throws as soon as one fails. */
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
            throw e.getCause() instanceof CommandException cause
                    ? cause
                    : new CommandException("The stack can't be started: " + e.getCause(), e);
        }
    }
}
