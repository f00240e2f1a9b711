package dev.jangbu.operator.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.logging.LogManager;
import picocli.CommandLine;

/** Runs a command line on the process's standard streams, in UTF-8 whatever the locale. */
public final class CommandRunner {

    private CommandRunner() {}

    /** The process's standard output. */
    public static PrintStream stdout() {
        return stream(FileDescriptor.out);
    }

    /** The process's standard error. */
    public static PrintStream stderr() {
        return stream(FileDescriptor.err);
    }

    /** @return the command's exit code; 1, with a message, if it failed; 2 if its arguments are invalid */
    public static int run(CommandLine commands, String... args) {
        return run(commands, 1, args);
    }

    /** @return the command's exit code; {@code failed}, with a message, if it failed; 2 if its arguments are invalid */
    public static int run(CommandLine commands, int failed, String... args) {
        // The serializer library logs whole schemas with java.util.logging.
        LogManager.getLogManager().reset();
        PrintWriter err = new PrintWriter(stderr(), true, StandardCharsets.UTF_8);
        commands.setOut(new PrintWriter(stdout(), true, StandardCharsets.UTF_8));
        commands.setErr(err);
        commands.setExecutionExceptionHandler((exception, command, parsed) -> {
            if (exception instanceof CommandException || exception instanceof SQLException) {
                err.println(exception.getMessage());
            } else {
                exception.printStackTrace(err);
            }
            return failed;
        });
        return commands.execute(args);
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
