package dev.jangbu.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One running process of the stack together with its guard, the small script that ends it when this process ends, however
 * that happens. While it lives, its pid file names it.
 */
final class GuardedProcess {

    private static final int GUARD_MARGIN_SECONDS = 5;

    private final Process guard;
    private final Launch launch;
    private final Path pidFile;

    private GuardedProcess(Process guard, Launch launch, Path pidFile) {
        this.guard = guard;
        this.launch = launch;
        this.pidFile = pidFile;
    }

    /**
     * Starts it.
     *
     * @param script the guard, as {@link #installGuard} left it
     * @param log where its output is added
     */
    static GuardedProcess start(Path script, Launch launch, Path pidFile, Path log) throws IOException {
        Files.deleteIfExists(pidFile);
        List<String> command = new ArrayList<>(List.of(
                "setsid",
                "sh",
                script.toString(),
                pidFile.toString(),
                launch.stopSignal(),
                Integer.toString(launch.graceSeconds())));
        command.addAll(launch.command());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(launch.environment());
        return new GuardedProcess(builder.start(), launch, pidFile);
    }

    /** Puts the guard script where the processes of this stack can be started with it. */
    static Path installGuard(DataDirectory data) throws IOException {
        Path script = data.dir("run").resolve("guard.sh");
        try (var content = GuardedProcess.class.getResourceAsStream("guard.sh")) {
            if (content == null) {
                throw new IOException("guard.sh is missing from the jar");
            }
            Files.write(script, content.readAllBytes());
        }
        return script;
    }

    boolean isAlive() {
        return guard.isAlive();
    }

    /** Waits for its end, and gives its exit code; 128 + n for signal n. */
    int awaitEnd() throws InterruptedException {
        int code = guard.waitFor();
        // The guard removes the file; where it was killed itself, the process would go on alone.
        Leftovers.endNow(pidFile);
        return code;
    }

    /** Asks it to end, and sees to it that it does, in bounded time. */
    void stop() {
        try {
            guard.getOutputStream().close();
            if (!guard.waitFor(launch.graceSeconds() + GUARD_MARGIN_SECONDS, TimeUnit.SECONDS)) {
                guard.destroyForcibly();
            }
        } catch (IOException e) {
            guard.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            guard.destroyForcibly();
        }
        Leftovers.endNow(pidFile);
    }
}
