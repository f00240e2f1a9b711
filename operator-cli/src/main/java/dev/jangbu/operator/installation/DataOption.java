package dev.jangbu.operator.installation;

import dev.jangbu.operator.console.CommandException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option {@code --data}: the data directory of a local stack. */
public final class DataOption {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "data directory of a local stack (default: JANGBU_DATA, else .jangbu in the repository)")
    private @Nullable Path data;

    /** The directory of the option, else of {@code JANGBU_DATA}, else {@code .jangbu} in the repository. */
    public Path directory() {
        if (data != null) {
            return data.toAbsolutePath().normalize();
        }
        String variable = System.getenv("JANGBU_DATA");
        Path directory = variable == null || variable.isBlank()
                ? Path.of(System.getProperty("jangbu.home", ".")).resolve(".jangbu")
                : Path.of(variable);
        return directory.toAbsolutePath().normalize();
    }

    /**
     * The root of the repository, which the script {@code jangbu} passes as {@code jangbu.home}.
     *
     * @throws CommandException if the property is not set
     */
    public static Path home() {
        String home = System.getProperty("jangbu.home");
        if (home == null) {
            throw new CommandException("jangbu.home is not set: start this program with the script ./jangbu.");
        }
        return Path.of(home);
    }
}
