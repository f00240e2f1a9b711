package dev.jangbu.ledger;

import dev.jangbu.ledger.command.Installation;
import dev.jangbu.ledger.command.RebuildCommand;
import dev.jangbu.ledger.command.ReconcileCommand;
import dev.jangbu.ledger.command.VerifyCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.springframework.dao.DataAccessException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/**
 * The ledger commands {@code verify}, {@code rebuild} and {@code reconcile}. They can run beside the service.
 *
 * <p>Configuration: the service's environment variables and {@code JANGBU_AUDIT_PASSWORD}. Exit codes: 0 no
 * difference, 1 differences found, 2 the command failed.
 */
@Command(
        name = "ledger",
        description = "Verifies, rebuilds and reconciles the ledger.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = HelpCommand.class)
public final class LedgerCommands {

    private LedgerCommands() {}

    public static void main(String[] args) {
        // Before the first logger is created.
        System.setProperty("logback.configurationFile", "logback-command.xml");
        CommandLine commands = commands(Installation.of(System.getenv(), new LedgerService().clock()));
        commands.setOut(new PrintWriter(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
        commands.setErr(new PrintWriter(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
        System.exit(run(commands, args));
    }

    /** Exits with 2 after an {@link Error}: the JVM's exit code is 1, which means that differences were found. */
    private static int run(CommandLine commands, String... args) {
        try {
            return commands.execute(args);
        } catch (Error e) {
            commands.getErr().println("The command failed: " + e);
            return CommandLine.ExitCode.USAGE;
        }
    }

    /** Creates the command line for an installation. */
    static CommandLine commands(Installation installation) {
        CommandLine commands = new CommandLine(new LedgerCommands())
                .addSubcommand(new VerifyCommand(installation))
                .addSubcommand(new RebuildCommand(installation))
                .addSubcommand(new ReconcileCommand(installation));
        commands.setExecutionExceptionHandler((exception, command, parsed) -> {
            command.getErr().println("ledger " + command.getCommandName() + " failed: " + reason(exception));
            return CommandLine.ExitCode.USAGE;
        });
        return commands;
    }

    /** The exception and its root cause, each on one line; of a failed statement the database's message. */
    private static String reason(Throwable thrown) {
        Throwable failure = thrown instanceof DataAccessException statement ? statement.getMostSpecificCause() : thrown;
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String outer = oneLine(failure);
        return root == failure ? outer : outer + " (" + oneLine(root) + ")";
    }

    private static String oneLine(Throwable failure) {
        String message = failure.getMessage();
        return (message == null ? failure.toString() : message)
                .lines()
                .findFirst()
                .orElse(failure.toString());
    }
}
