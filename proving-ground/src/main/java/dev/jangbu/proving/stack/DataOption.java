package dev.jangbu.proving.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The {@code --data} option: selects the running stack. */
public final class DataOption {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "the stack's data directory (default: JANGBU_DATA, else .jangbu in the repository)")
    private @Nullable Path data;

    /**
     * The addresses of the selected stack.
     *
     * @throws IOException if no stack is ready there; the message says how to start or select one
     */
    public StackAddress stack() throws IOException {
        Path directory = directory();
        if (Files.notExists(directory.resolve("dev.json"))) {
            throw new IOException(
                    "no stack is ready on %s: start one with ./jangbu up, or pass its directory with --data"
                            .formatted(directory));
        }
        return StackAddress.read(directory);
    }

    private Path directory() {
        if (data != null) {
            return data;
        }
        String variable = System.getenv("JANGBU_DATA");
        return variable == null || variable.isBlank()
                ? Path.of(System.getProperty("jangbu.home", ".")).resolve(".jangbu")
                : Path.of(variable);
    }
}
