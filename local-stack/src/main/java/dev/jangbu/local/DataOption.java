package dev.jangbu.local;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which stack a command is about. */
final class DataOption {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "the stack's data directory (default: JANGBU_DATA, else .jangbu in the repository)")
    private @Nullable Path data;

    DataDirectory directory() {
        if (data != null) {
            return new DataDirectory(data);
        }
        String variable = System.getenv("JANGBU_DATA");
        return new DataDirectory(
                variable == null || variable.isBlank() ? home().resolve(".jangbu") : Path.of(variable));
    }

    /** The root of the repository, as the launcher script says. */
    static Path home() {
        String home = System.getProperty("jangbu.home");
        if (home == null) {
            throw new CommandException("Start this with the script ./jangbu: jangbu.home isn't set.");
        }
        return Path.of(home);
    }
}
