package dev.jangbu.operator;

import dev.jangbu.operator.console.CommandRunner;
import dev.jangbu.operator.deadletters.DeadLettersCommand;
import dev.jangbu.operator.ledger.LedgerCommand;
import dev.jangbu.operator.outbox.OutboxCommand;
import dev.jangbu.operator.restore.RestoreCommand;
import dev.jangbu.operator.topics.TailCommand;
import dev.jangbu.operator.topics.TopicsCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/**
 * The operator's command line. It works on any installation:
 *
 * <ul>
 *   <li>{@code topics} and {@code tail} read Kafka
 *   <li>{@code dead-letters} lists, shows and replays records that could not be processed
 *   <li>{@code outbox} sends outbox rows again
 *   <li>{@code restore} completes a payments database that went back, and opens it
 *   <li>{@code ledger} and {@code reconcile} verify the ledger
 * </ul>
 */
@Command(
        name = "jangbu",
        description = "Operates an installation of Jangbu.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "The installation: flags, else environment variables (JANGBU_KAFKA, JANGBU_REGISTRY,",
            "JANGBU_POSTGRES, JANGBU_<ROLE>_PASSWORD), else the local stack's .jangbu/dev.json."
        },
        mixinStandardHelpOptions = true,
        subcommands = {
            TopicsCommand.class,
            TailCommand.class,
            DeadLettersCommand.class,
            OutboxCommand.class,
            RestoreCommand.class,
            LedgerCommand.class,
            LedgerCommand.Reconcile.class,
            HelpCommand.class
        })
public final class OperatorCli {

    private OperatorCli() {}

    public static void main(String[] args) {
        System.exit(CommandRunner.run(new CommandLine(new OperatorCli()), args));
    }

    /** Adds every command to another program's command line. */
    public static void addCommandsTo(CommandLine program) {
        new CommandLine(new OperatorCli()).getSubcommands().forEach((name, command) -> {
            if (!name.equals("help")) {
                program.addSubcommand(name, command);
            }
        });
    }
}
