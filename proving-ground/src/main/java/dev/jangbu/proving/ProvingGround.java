package dev.jangbu.proving;

import dev.jangbu.operator.console.CommandRunner;
import dev.jangbu.proving.audit.AuditCommand;
import dev.jangbu.proving.bugs.BugsCommand;
import dev.jangbu.proving.torture.TortureCommand;
import java.time.Clock;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The {@code ./jangbu} commands that check a stack from outside: {@code audit}, {@code torture} and {@code bugs}. */
@Command(
        name = "jangbu",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        subcommands = HelpCommand.class)
public final class ProvingGround {

    /** Exit code for "inconclusive", the same as for an audit of a stack that did not become quiet. */
    private static final int INCONCLUSIVE = 2;

    private ProvingGround() {}

    /** Exits with the command's exit code, or with 2 if the command threw an exception. */
    public static void main(String[] args) {
        CommandLine commands = new CommandLine(new ProvingGround())
                .addSubcommand(new AuditCommand())
                .addSubcommand(new TortureCommand(Clock.systemUTC()))
                .addSubcommand(new BugsCommand(Clock.systemUTC()));
        System.exit(CommandRunner.run(commands, INCONCLUSIVE, args));
    }
}
