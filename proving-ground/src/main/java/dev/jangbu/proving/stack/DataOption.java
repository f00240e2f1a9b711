package dev.jangbu.proving.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which running stack a command is about. */
public final class DataOption {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "the stack's data directory (default: JANGBU_DATA, else .jangbu in the repository)")
    private @Nullable Path data;

    /**
     * Where that stack is.
     *
     * @throws IOException with what to do, if none is ready there
     */
    public StackAddress stack() throws IOException {
        Path directory = directory();
        if (Files.notExists(directory.resolve("dev.json"))) {
            throw new IOException("no stack is ready on %s: start one with ./jangbu up, or name its --data directory"
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
