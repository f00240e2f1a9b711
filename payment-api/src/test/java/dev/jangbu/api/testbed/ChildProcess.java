package dev.jangbu.api.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process that ends with this JVM, even if the JVM is killed: a guard shell kills it at the end of a pipe that only
 * this JVM holds open.
 */
final class ChildProcess implements AutoCloseable {

    private static final String GUARD = "\"$@\" </dev/null & cat >/dev/null; kill -9 $!";

    private final Process guard;

    private ChildProcess(Process guard) {
        this.guard = guard;
    }

    /** Starts the process in a folder; its output is appended to the log. */
    static ChildProcess start(List<String> command, Map<String, String> environment, Path folder, Path log) {
        List<String> guarded = new ArrayList<>(List.of("sh", "-c", GUARD, "sh"));
        guarded.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(guarded)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        try {
            return new ChildProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Whether the process itself runs, and not only its guard. */
    boolean isAlive() {
        return guard.isAlive()
                && guard.descendants()
                        .anyMatch(child -> child.info().command().orElse("").endsWith("java"));
    }

    /** Kills the process with SIGKILL and waits for its end. */
    @Override
    public void close() {
        List<ProcessHandle> children = guard.descendants().toList();
        try {
            guard.getOutputStream().close();
            if (!guard.waitFor(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The guard of a child process doesn't end");
            }
            for (ProcessHandle child : children) {
                child.onExit().get(60, TimeUnit.SECONDS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
