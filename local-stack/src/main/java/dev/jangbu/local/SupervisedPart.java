package dev.jangbu.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Keeps one part running: starts it, waits until it is ready, starts it again when it dies, stops it. */
final class SupervisedPart {

    private static final Duration START_LIMIT = Duration.ofSeconds(120);
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(100);
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(250);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(15);
    private static final int ATTEMPTS_TO_START = 3;
    private static final int LOG_LINES_SHOWN = 12;

    private final Part part;
    private final Stack stack;
    private final Path guardScript;
    private final Console console;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private boolean stopping;
    private @Nullable GuardedProcess process;
    private @Nullable GuardedProcess announced;

    SupervisedPart(Part part, Stack stack, Path guardScript, Console console) {
        this.part = part;
        this.stack = stack;
        this.guardScript = guardScript;
        this.console = console;
    }

    PartName name() {
        return part.name();
    }

    Part part() {
        return part;
    }

    /** Completes when the part works for the first time; exceptionally if it doesn't come up. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    /** Runs it until it is stopped. */
    void run() {
        try {
            rotateLog();
            comeUp();
            keepUp();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            ready.completeExceptionally(e);
        }
    }

    /** Keeps what its JVM has learned for a quicker start, if that isn't kept already; the JVM pauses meanwhile. */
    void saveStartup() throws InterruptedException {
        Optional<StartupArchive> archive = StartupArchive.of(stack, part.name());
        Optional<Long> pid = Leftovers.pid(stack.data().pidFile(part.name().text()));
        if (archive.isPresent() && pid.isPresent()) {
            archive.get().save(pid.get());
        }
    }

    boolean lacksStartup() {
        return StartupArchive.of(stack, part.name()).stream().anyMatch(archive -> !archive.isCurrent());
    }

    /** Ends it and doesn't start it again. */
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

    private void comeUp() throws Exception {
        long begin = System.nanoTime();
        for (int attempt = 1; ; attempt++) {
            part.prepare();
            GuardedProcess started = start();
            if (started == null) {
                return;
            }
            if (awaitReady(started)) {
                part.provision();
                console.ready(part.name().text(), stack.ports().address(part.name()), since(begin));
                ready.complete(null);
                return;
            }
            if (isStopping()) {
                return;
            }
            if (attempt == ATTEMPTS_TO_START || started.isAlive()) {
                throw new CommandException(failure(started));
            }
            console.trouble(part.name().text(), "ended while it started; trying again");
        }
    }

    private void keepUp() throws Exception {
        Duration backoff = FIRST_BACKOFF;
        long started = System.nanoTime();
        for (GuardedProcess running = current(); running != null && !isStopping(); running = start()) {
            boolean works = awaitReadyAgain(running, started);
            int code = running.awaitEnd();
            if (isStopping()) {
                return;
            }
            backoff = works ? FIRST_BACKOFF : longer(backoff);
            console.trouble(
                    part.name().text(),
                    "ended (%s); starting it again in %.2f s".formatted(describe(code), backoff.toMillis() / 1000.0));
            Thread.sleep(backoff);
            part.prepare();
            started = System.nanoTime();
        }
    }

    /** Whether it came up; the first time that is known already. */
    private boolean awaitReadyAgain(GuardedProcess running, long started) throws InterruptedException {
        if (announced == running) {
            return true;
        }
        boolean works = awaitReady(running);
        if (works) {
            console.ready(part.name().text(), "again", since(started));
        } else if (running.isAlive() && !isStopping()) {
            List<String> main = threads();
            console.trouble(
                    part.name().text(),
                    "isn't ready after %d s%s"
                            .formatted(
                                    START_LIMIT.toSeconds(),
                                    main.isEmpty() ? "" : "; what its threads are at is in " + log()));
        }
        return works;
    }

    private boolean awaitReady(GuardedProcess running) throws InterruptedException {
        long begin = System.nanoTime();
        while (running.isAlive() && !isStopping() && since(begin).compareTo(START_LIMIT) < 0) {
            if (isReadyNow()) {
                announced = running;
                return true;
            }
            Thread.sleep(PROBE_INTERVAL);
        }
        return false;
    }

    private boolean isReadyNow() throws InterruptedException {
        try {
            return part.isReady();
        } catch (InterruptedException | CommandException e) {
            throw e;
        } catch (Exception notYet) {
            return false;
        }
    }

    private synchronized @Nullable GuardedProcess start() throws IOException {
        if (stopping) {
            return null;
        }
        process = GuardedProcess.start(
                guardScript, part.launch(), stack.data().pidFile(part.name().text()), log());
        return process;
    }

    private synchronized @Nullable GuardedProcess current() {
        return process;
    }

    private synchronized boolean isStopping() {
        return stopping;
    }

    private String failure(GuardedProcess started) throws IOException, InterruptedException {
        List<String> lines = Files.readAllLines(log());
        List<String> shown = new ArrayList<>(lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
        if (started.isAlive()) {
            shown.addAll(threads());
        }
        return "%s %s. The end of %s:%n%s"
                .formatted(
                        part.name().text(),
                        started.isAlive()
                                ? "isn't ready after %d s".formatted(START_LIMIT.toSeconds())
                                : "ends as soon as it is started",
                        log(),
                        String.join(System.lineSeparator(), shown));
    }

    /** What a part that doesn't get ready is at: all of it in its log, its main thread for the console. */
    private List<String> threads() throws InterruptedException {
        Optional<Long> pid = Leftovers.pid(stack.data().pidFile(part.name().text()));
        return part.name() == PartName.POSTGRES || pid.isEmpty() ? List.of() : ThreadDump.add(pid.get(), log());
    }

    private void rotateLog() throws IOException {
        LogLimit.rotate(log());
    }

    private Path log() {
        return stack.data().logFile(part.name().text());
    }

    private static Duration longer(Duration backoff) {
        Duration doubled = backoff.multipliedBy(2);
        return doubled.compareTo(LONGEST_BACKOFF) < 0 ? doubled : LONGEST_BACKOFF;
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private static String describe(int code) {
        return code > 128 ? "signal " + (code - 128) : "exit code " + code;
    }
}
