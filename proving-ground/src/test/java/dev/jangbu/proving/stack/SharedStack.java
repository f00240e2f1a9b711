package dev.jangbu.proving.stack;

import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The stack that the test classes of this JVM share. The first test starts it; the end of the JVM stops it. */
public final class SharedStack {

    public static final List<String> PARTS = EphemeralStack.PARTS;

    private static @Nullable SharedStack shared;

    private static final Duration KILL_LIMIT = Duration.ofMinutes(2);

    private final EphemeralStack stack;

    private SharedStack() throws IOException {
        this.stack = new EphemeralStack(home(), isKept());
    }

    /** Starts the stack if it does not run. */
    public static synchronized SharedStack running() {
        try {
            if (shared == null) {
                shared = new SharedStack();
                if (isKept()) {
                    System.out.println("kept: " + shared.data());
                }
            } else if (!shared.stack.isRunning()) {
                shared.startAgain(PARTS);
            }
            return shared;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The root of the repository. */
    public static Path home() {
        return Path.of(System.getProperty("jangbu.home", ".."));
    }

    public Installation address() {
        return stack.address();
    }

    public HttpApi api() {
        Installation address = address();
        return new HttpApi(address.api(), address.apiKey());
    }

    public Path data() {
        return stack.data();
    }

    public EphemeralStack.CommandResult run(String... arguments) throws IOException {
        return stack.run(Map.of(), arguments);
    }

    public Optional<ProcessHandle> process(String part) {
        return stack.process(part);
    }

    /** Kills a part with SIGKILL and returns when its process has ended. */
    public void kill9(String part) {
        ProcessHandle process =
                stack.process(part).orElseThrow(() -> new IllegalStateException(part + " does not run"));
        process.destroyForcibly();
        Await.until("the end of " + part, KILL_LIMIT, () -> !process.isAlive());
    }

    public void awaitRestartOf(String part, ProcessHandle before) {
        stack.awaitRestartOf(part, before);
    }

    /** Kills the supervisor with SIGKILL. Returns the processes that it had started. */
    public List<ProcessHandle> killSupervisor9() {
        List<ProcessHandle> started =
                PARTS.stream().map(this::process).flatMap(Optional::stream).toList();
        kill9("supervisor");
        return started;
    }

    public int stop() {
        return stack.stop();
    }

    public void startAgain(List<String> parts) throws IOException {
        stack.startAgain(parts);
    }

    private static boolean isKept() {
        return System.getProperty("jangbu.keep") != null;
    }
}
