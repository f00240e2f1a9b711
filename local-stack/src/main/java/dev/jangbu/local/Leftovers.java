package dev.jangbu.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Processes of a run whose supervisor was killed. Their guards are ending them; the next run must wait for that, since it
 * would otherwise find their ports taken, or worse, mistake them for its own.
 */
final class Leftovers {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Leftovers() {}

    /** Waits until no process of an earlier run on this data lives, and ends what doesn't end by itself. */
    static void awaitEnd(DataDirectory data, Console console) {
        List<ProcessHandle> alive = pidFiles(data).stream()
                .flatMap(file -> process(file, handle -> belongsTo(handle, data)).stream())
                .toList();
        if (!alive.isEmpty()) {
            console.say("Waiting for %d processes of an earlier run to end".formatted(alive.size()));
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (ProcessHandle process : alive) {
            if (!ended(process, Duration.ofNanos(deadline - System.nanoTime()))) {
                process.destroyForcibly();
                ended(process, Duration.ofSeconds(5));
            }
        }
        for (Path file : pidFiles(data)) {
            remove(file);
        }
    }

    /** Kills the process that a pid file names, if the file is there. */
    static void endNow(Path pidFile) {
        if (Files.exists(pidFile)) {
            process(pidFile, handle -> true).ifPresent(process -> {
                process.destroyForcibly();
                ended(process, Duration.ofSeconds(5));
            });
            remove(pidFile);
        }
    }

    /** Whether the process's command names the data directory: pids are reused, and that of a stranger isn't ours to end. */
    private static boolean belongsTo(ProcessHandle process, DataDirectory data) {
        String root = data.root().toString();
        return process.info()
                .arguments()
                .map(arguments -> Arrays.stream(arguments)
                        .anyMatch(argument -> argument.equals(Stack.marker(data)) || argument.startsWith(root + "/")))
                .orElse(false);
    }

    /** The process that a pid file names, if it lives. */
    static Optional<Long> pid(Path pidFile) {
        return process(pidFile, handle -> true).map(ProcessHandle::pid);
    }

    private static Optional<ProcessHandle> process(Path pidFile, Predicate<ProcessHandle> isOurs) {
        try {
            return ProcessHandle.of(Long.parseLong(Files.readString(pidFile).strip()))
                    .filter(ProcessHandle::isAlive)
                    .filter(handle -> handle.pid() != ProcessHandle.current().pid())
                    .filter(isOurs);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static boolean ended(ProcessHandle process, Duration patience) {
        try {
            process.onExit().get(Math.max(0, patience.toMillis()), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static List<Path> pidFiles(DataDirectory data) {
        try (Stream<Path> files = Files.list(data.dir("run"))) {
            return files.filter(file -> file.toString().endsWith(".pid")).toList();
        } catch (IOException e) {
            throw new CommandException("%s can't be read: %s".formatted(data.dir("run"), e), e);
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new CommandException("%s can't be removed: %s".formatted(file, e), e);
        }
    }
}
