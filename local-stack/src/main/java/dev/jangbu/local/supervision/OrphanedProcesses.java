package dev.jangbu.local.supervision;

import dev.jangbu.local.stack.DataDirectory;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.console.Console;
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
import java.util.stream.Stream;

/**
 * Processes of a run whose supervisor was killed. Their guards stop them. The next run waits for that, because they
 * hold ports and data.
 */
public final class OrphanedProcesses {

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(5);

    private OrphanedProcesses() {}

    /** The JVM option that marks the processes of a data directory. */
    static String marker(DataDirectory data) {
        return "-Djangbu.data=" + data.root();
    }

    /** Waits until all processes of an earlier run on this data have ended. Kills those that exceed the time limit. */
    public static void awaitExit(DataDirectory data, Console console) {
        List<ProcessHandle> alive = pidFiles(data).stream()
                .flatMap(file -> process(file).stream())
                .filter(process -> belongsTo(process, data))
                .toList();
        if (!alive.isEmpty()) {
            console.print("Waiting for %d processes of an earlier run to stop".formatted(alive.size()));
        }
        long deadline = System.nanoTime() + STOP_TIMEOUT.toNanos();
        for (ProcessHandle process : alive) {
            if (!awaitExit(process, Duration.ofNanos(deadline - System.nanoTime()))) {
                kill(process);
            }
        }
        pidFiles(data).forEach(OrphanedProcesses::remove);
    }

    /** Kills the process of a pid file, and removes the file. */
    static void kill(Path pidFile) {
        if (Files.exists(pidFile)) {
            process(pidFile).ifPresent(OrphanedProcesses::kill);
            remove(pidFile);
        }
    }

    private static void kill(ProcessHandle process) {
        process.destroyForcibly();
        boolean unused = awaitExit(process, KILL_TIMEOUT);
    }

    /**
     * Whether the command of the process contains the data directory. A pid may have been reused by another program.
     */
    private static boolean belongsTo(ProcessHandle process, DataDirectory data) {
        return Arrays.stream(process.info().arguments().orElse(new String[0]))
                .anyMatch(argument -> argument.equals(marker(data)) || argument.startsWith(data.root() + "/"));
    }

    /** The process of a pid file, if it is alive. */
    static Optional<ProcessHandle> process(Path pidFile) {
        try {
            return ProcessHandle.of(Long.parseLong(Files.readString(pidFile).strip()))
                    .filter(ProcessHandle::isAlive)
                    .filter(handle -> !handle.equals(ProcessHandle.current()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static boolean awaitExit(ProcessHandle process, Duration timeout) {
        try {
            process.onExit().get(Math.max(0, timeout.toMillis()), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
        return !process.isAlive();
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
