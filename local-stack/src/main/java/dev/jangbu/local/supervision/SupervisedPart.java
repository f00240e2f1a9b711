package dev.jangbu.local.supervision;

import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Stack;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.console.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Runs one part: starts it, waits until it is ready, restarts it when it exits, stops it. Thread-safe. */
final class SupervisedPart {

    /** Only for a part that hangs: one that exits is reported at once. A busy machine needs more than a minute. */
    private static final Duration START_LIMIT = Duration.ofSeconds(300);

    private static final Duration PROBE_INTERVAL = Duration.ofMillis(100);
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(250);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(15);
    private static final int MAX_START_ATTEMPTS = 3;
    private static final int LOG_LINES_PRINTED = 12;

    private final StackProcess definition;
    private final Stack stack;
    private final Path guardScript;
    private final Console console;
    private final String text;
    private final Path log;
    private final Path pidFile;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private boolean stopping;
    private @Nullable GuardedProcess process;
    private @Nullable GuardedProcess readyProcess;

    SupervisedPart(StackProcess definition, Stack stack, Path guardScript, Console console) {
        this.definition = definition;
        this.stack = stack;
        this.guardScript = guardScript;
        this.console = console;
        this.text = definition.name().text();
        this.log = stack.data().logFile(text);
        this.pidFile = stack.data().pidFile(text);
    }

    PartName name() {
        return definition.name();
    }

    Set<PartName> dependencies() {
        return definition.dependencies();
    }

    /** Completes when the part is ready for the first time; exceptionally if it fails to start. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    /** Runs the part until it is stopped. */
    void run() {
        try {
            LogLimit.rotate(log);
            startUntilReady();
            restartOnExit();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            ready.completeExceptionally(e);
        }
    }

    /** Saves the class archive of the running JVM, which pauses meanwhile. */
    void saveArchive() throws InterruptedException {
        Optional<StartupArchive> archive = StartupArchive.of(stack, definition.name());
        Optional<ProcessHandle> running = OrphanedProcesses.process(pidFile);
        if (archive.isPresent() && running.isPresent()) {
            archive.get().save(running.get().pid());
        }
    }

    boolean lacksArchive() {
        return StartupArchive.of(stack, definition.name()).stream().anyMatch(archive -> !archive.isCurrent());
    }

    /** Stops the part for good. */
    void stop() {
        GuardedProcess running;
        synchronized (this) {
            stopping = true;
            running = process;
        }
        if (running != null) {
            running.stop();
        }
    }

    private void startUntilReady() throws Exception {
        long begin = System.nanoTime();
        for (int attempt = 1; ; attempt++) {
            definition.prepare();
            GuardedProcess started = start();
            if (started == null) {
                return;
            }
            if (awaitReady(started)) {
                definition.provision();
                console.printReady(text, stack.ports().address(definition.name()), since(begin));
                ready.complete(null);
                return;
            }
            if (isStopping()) {
                return;
            }
            if (attempt == MAX_START_ATTEMPTS || started.isAlive()) {
                throw new CommandException(failure(started));
            }
            console.printProblem(text, "exited during its start; trying again");
        }
    }

    private void restartOnExit() throws Exception {
        Duration backoff = FIRST_BACKOFF;
        long started = System.nanoTime();
        for (GuardedProcess running = current(); running != null && !isStopping(); running = start()) {
            boolean isReady = awaitReadyAgain(running, started);
            int code = running.awaitExit();
            if (isStopping()) {
                return;
            }
            backoff = isReady ? FIRST_BACKOFF : Collections.min(List.of(backoff.multipliedBy(2), MAX_BACKOFF));
            console.printProblem(
                    text,
                    "exited (%s); restarting in %.2f s".formatted(describeExit(code), backoff.toMillis() / 1000.0));
            Thread.sleep(backoff);
            definition.prepare();
            started = System.nanoTime();
        }
    }

    /** Whether the restarted process became ready. After the first start this is known already. */
    private boolean awaitReadyAgain(GuardedProcess running, long started) throws InterruptedException {
        if (readyProcess == running) {
            return true;
        }
        boolean isReady = awaitReady(running);
        if (isReady) {
            console.printReady(text, "again", since(started));
        } else if (running.isAlive() && !isStopping()) {
            List<String> mainThread = dumpThreads();
            console.printProblem(
                    text,
                    "is not ready after %d s%s"
                            .formatted(
                                    START_LIMIT.toSeconds(),
                                    mainThread.isEmpty() ? "" : "; see the thread dump in " + log));
        }
        return isReady;
    }

    private boolean awaitReady(GuardedProcess running) throws InterruptedException {
        long begin = System.nanoTime();
        while (running.isAlive() && !isStopping() && since(begin).compareTo(START_LIMIT) < 0) {
            if (checkReady()) {
                readyProcess = running;
                return true;
            }
            Thread.sleep(PROBE_INTERVAL);
        }
        return false;
    }

    private boolean checkReady() throws InterruptedException {
        try {
            return definition.isReady();
        } catch (InterruptedException | CommandException e) {
            throw e;
        } catch (Exception e) {
            return false;
        }
    }

    private synchronized @Nullable GuardedProcess start() throws IOException {
        if (stopping) {
            return null;
        }
        process = GuardedProcess.start(guardScript, definition.launchSpec(), pidFile, log);
        return process;
    }

    private synchronized @Nullable GuardedProcess current() {
        return process;
    }

    private synchronized boolean isStopping() {
        return stopping;
    }

    private String failure(GuardedProcess started) throws IOException, InterruptedException {
        List<String> lines = Files.readAllLines(log);
        List<String> printed =
                new ArrayList<>(lines.subList(Math.max(0, lines.size() - LOG_LINES_PRINTED), lines.size()));
        if (started.isAlive()) {
            printed.addAll(dumpThreads());
        }
        return "%s %s. The last lines of %s:%n%s"
                .formatted(
                        text,
                        started.isAlive()
                                ? "is not ready after %d s".formatted(START_LIMIT.toSeconds())
                                : "exits during its start",
                        log,
                        String.join(System.lineSeparator(), printed));
    }

    /** Appends a thread dump of the JVM to its log; returns the stack of its main thread. */
    private List<String> dumpThreads() throws InterruptedException {
        Optional<ProcessHandle> running = OrphanedProcesses.process(pidFile);
        return definition.name() == PartName.POSTGRES || running.isEmpty()
                ? List.of()
                : ThreadDump.appendTo(log, running.get().pid());
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private static String describeExit(int code) {
        return code > 128 ? "signal " + (code - 128) : "exit code " + code;
    }
}
