package dev.jangbu.local.supervision;

import dev.jangbu.local.stack.DataDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process of the stack with its guard: a small script that stops the process when this JVM ends for any reason. The
 * pid file names the process while it runs.
 */
final class GuardedProcess {

    private static final int GUARD_MARGIN_SECONDS = 5;

    private final Process guard;
    private final LaunchSpec spec;
    private final Path pidFile;

    private GuardedProcess(Process guard, LaunchSpec spec, Path pidFile) {
        this.guard = guard;
        this.spec = spec;
        this.pidFile = pidFile;
    }

    /**
     * Starts the process.
     *
     * @param script the guard that {@link #installGuard} returned
     * @param log the file to which its output is appended
     */
    static GuardedProcess start(Path script, LaunchSpec spec, Path pidFile, Path log) throws IOException {
        Files.deleteIfExists(pidFile);
        List<String> command = new ArrayList<>(List.of(
                "setsid",
                "sh",
                script.toString(),
                pidFile.toString(),
                spec.stopSignal(),
                Integer.toString(spec.graceSeconds())));
        command.addAll(spec.command());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(spec.environment());
        return new GuardedProcess(builder.start(), spec, pidFile);
    }

    /** Copies the guard script to the data directory. */
    static Path installGuard(DataDirectory data) throws IOException {
        Path script = data.dir("run").resolve("guard.sh");
        try (var content = GuardedProcess.class.getResourceAsStream("guard.sh")) {
            if (content == null) {
                throw new IOException("guard.sh is missing in the jar");
            }
            Files.write(script, content.readAllBytes());
        }
        return script;
    }

    boolean isAlive() {
        return guard.isAlive();
    }

    /** Waits for the end of the process. Returns its exit code; 128 + n for signal n. */
    int awaitExit() throws InterruptedException {
        int code = guard.waitFor();
        // The guard removes the file. If the guard itself was killed, the process still runs.
        OrphanedProcesses.kill(pidFile);
        return code;
    }

    /** Stops the process in bounded time. */
    void stop() {
        try {
            guard.getOutputStream().close();
            if (!guard.waitFor(spec.graceSeconds() + GUARD_MARGIN_SECONDS, TimeUnit.SECONDS)) {
                guard.destroyForcibly();
            }
        } catch (IOException e) {
            guard.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            guard.destroyForcibly();
        }
        OrphanedProcesses.kill(pidFile);
    }
}
