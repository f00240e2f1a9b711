package dev.jangbu.operator.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import picocli.CommandLine;

/** Runs a command line on the process's standard streams, in UTF-8 whatever the locale. */
public final class CommandRunner {

    private CommandRunner() {}

    /** @return the command's exit code; 1, with a message, if it failed; 2 if its arguments are invalid */
    public static int run(CommandLine commands, String... args) {
        PrintWriter err = new PrintWriter(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        commands.setOut(new PrintWriter(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
        commands.setErr(err);
        commands.setExecutionExceptionHandler((exception, command, parsed) -> {
            if (exception instanceof CommandException || exception instanceof SQLException) {
                err.println(exception.getMessage());
            } else {
                exception.printStackTrace(err);
            }
            return 1;
        });
        return commands.execute(args);
    }
}
