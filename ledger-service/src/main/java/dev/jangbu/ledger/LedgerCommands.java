package dev.jangbu.ledger;

import dev.jangbu.ledger.command.Installation;
import dev.jangbu.ledger.command.RebuildCommand;
import dev.jangbu.ledger.command.ReconcileCommand;
import dev.jangbu.ledger.command.VerifyCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/**
 * The commands about the ledger, beside the running service: {@code verify}, {@code rebuild}, {@code reconcile}. They find
 * everything by the service's own environment variables, and {@code JANGBU_AUDIT_PASSWORD}. Exit codes: 0 it holds, 1
 * something differs, 2 it could not be run.
 */
@Command(
        name = "ledger",
        description = "Proves the book.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = HelpCommand.class)
public final class LedgerCommands {

    private LedgerCommands() {}

    public static void main(String[] args) {
        // Before any logger is made.
        System.setProperty("logback.configurationFile", "logback-command.xml");
        CommandLine commands = commands(Installation.of(System.getenv(), new LedgerService().clock()));
        commands.setOut(new PrintWriter(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
        commands.setErr(new PrintWriter(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
        System.exit(run(commands, args));
    }

    /** Also when the JVM itself fails: its own exit code, 1, would say that something differs. */
    private static int run(CommandLine commands, String... args) {
        try {
            return commands.execute(args);
        } catch (Error e) {
            commands.getErr().println("The command could not be run: " + e);
            return CommandLine.ExitCode.USAGE;
        }
    }

    /** The commands for an installation. */
    static CommandLine commands(Installation installation) {
        CommandLine commands = new CommandLine(new LedgerCommands())
                .addSubcommand(new VerifyCommand(installation))
                .addSubcommand(new RebuildCommand(installation))
                .addSubcommand(new ReconcileCommand(installation));
        commands.setExecutionExceptionHandler((exception, command, parsed) -> {
            command.getErr().println("ledger " + command.getCommandName() + " could not be run: " + reason(exception));
            return CommandLine.ExitCode.USAGE;
        });
        return commands;
    }

    /** The failure as it was met, and the one at its root, on one line. */
    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String met = oneLine(failure);
        return root == failure ? met : met + " (" + oneLine(root) + ")";
    }

    private static String oneLine(Throwable failure) {
        String message = failure.getMessage();
        return (message == null ? failure.toString() : message)
                .lines()
                .findFirst()
                .orElse(failure.toString());
    }
}
