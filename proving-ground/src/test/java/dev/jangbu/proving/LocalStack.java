package dev.jangbu.proving;

import dev.jangbu.proving.stack.HttpApi;
import dev.jangbu.proving.stack.OwnStack;
import dev.jangbu.proving.stack.StackAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The stack that all test classes of this JVM share. */
public final class LocalStack {

    static final List<String> PARTS = OwnStack.PARTS;

    private static @Nullable LocalStack shared;

    private final OwnStack stack;

    private LocalStack() throws IOException {
        this.stack = new OwnStack(Path.of(System.getProperty("jangbu.home", "..")), isKept());
    }

    /** It is started for the first who asks, and stopped with the JVM. */
    public static synchronized LocalStack shared() {
        if (shared == null) {
            try {
                shared = new LocalStack();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (isKept()) {
                System.out.println("kept: " + shared.data());
            }
        }
        return shared;
    }

    static String portVariable(String part) {
        return OwnStack.portVariable(part);
    }

    public StackAddress address() {
        try {
            return stack.address();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public HttpApi api() {
        StackAddress address = address();
        return new HttpApi(address.api(), address.apiKey());
    }

    public Path data() {
        return stack.data();
    }

    OwnStack.Ran run(Map<String, String> more, String... arguments) throws IOException {
        return stack.run(more, arguments);
    }

    Optional<ProcessHandle> process(String part) {
        return stack.process(part);
    }

    void kill9(String part) {
        stack.kill9(part);
    }

    void awaitRestartOf(String part, ProcessHandle before) {
        stack.awaitRestartOf(part, before);
    }

    List<ProcessHandle> killSupervisor9() {
        return stack.killSupervisor9();
    }

    int stop() {
        return stack.stop();
    }

    void startAgain() throws IOException {
        stack.startAgain();
    }

    String printed() {
        return stack.printed();
    }

    private static boolean isKept() {
        return System.getProperty("jangbu.keep") != null;
    }
}
