package dev.jangbu.local;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/**
 * The command line, {@code ./jangbu}.
 *
 * <ul>
 *   <li>{@code up} runs the stack: {@link Supervisor}
 *   <li>{@code topics} and {@code tail} look into Kafka
 *   <li>{@code ledger} and {@code reconcile} prove the book
 *   <li>{@code dead-letters} lists, shows and replays what could not be processed; {@code outbox} sends rows again
 *   <li>{@code demo} sends payments and shows them completing
 * </ul>
 *
 * {@code audit}, {@code torture}, {@code bugs} and {@code bench} are not here: the script hands them to the proving ground, which must not
 * know what it judges.
 */
@Command(
        name = "jangbu",
        description = "A payments backbone: outbox, exactly-once settlement, double-entry ledger.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "  audit    Checks a running stack from outside: is any money astray?",
            "  torture  Kills, stops and confuses a stack of its own under load, then audits it.",
            "  bugs     Plants bugs in stacks of its own, to see that they are caught.",
            "  bench    Measures Jangbu beside what one would build instead."
        },
        mixinStandardHelpOptions = true,
        subcommands = {
            UpCommand.class,
            DemoCommand.class,
            TopicsCommand.class,
            TailCommand.class,
            LedgerCommand.class,
            LedgerCommand.Reconcile.class,
            DeadLettersCommand.class,
            OutboxCommand.class,
            HelpCommand.class
        })
public final class Jangbu {

    private Jangbu() {}

    /** Exits with 0, with 1 and a message when a command can't do its work, with 2 when it was called wrongly. */
    public static void main(String[] args) {
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        CommandLine commands = new CommandLine(new Jangbu());
        commands.setOut(new PrintWriter(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
        commands.setExecutionExceptionHandler((exception, command, parsed) -> {
            if (exception instanceof CommandException told) {
                err.println(told.getMessage());
            } else {
                exception.printStackTrace(err);
            }
            return 1;
        });
        System.exit(commands.execute(args));
    }
}
