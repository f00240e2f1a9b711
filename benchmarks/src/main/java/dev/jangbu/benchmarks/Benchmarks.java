package dev.jangbu.benchmarks;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The command line of {@code ./jangbu bench}. */
@Command(
        name = "jangbu",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        subcommands = HelpCommand.class)
public final class Benchmarks {

    private static final int UNDECIDED = 2;

    private Benchmarks() {}

    /** Exits with the command's code, or with 2 after an unexpected exception. */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        CommandLine commands =
                new CommandLine(new Benchmarks()).addSubcommand(new BenchCommand(out, err, Clock.systemUTC()));
        commands.setOut(new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), true));
        commands.setExecutionExceptionHandler((exception, command, parsed) -> {
            exception.printStackTrace(err);
            return UNDECIDED;
        });
        System.exit(commands.execute(args));
    }
}
