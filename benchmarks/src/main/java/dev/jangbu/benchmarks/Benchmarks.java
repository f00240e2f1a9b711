package dev.jangbu.benchmarks;

import dev.jangbu.operator.console.CommandRunner;
import java.io.PrintStream;
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
        PrintStream out = CommandRunner.stdout();
        PrintStream err = CommandRunner.stderr();
        CommandLine commands =
                new CommandLine(new Benchmarks()).addSubcommand(new BenchCommand(out, err, Clock.systemUTC()));
        System.exit(CommandRunner.run(commands, UNDECIDED, args));
    }
}
