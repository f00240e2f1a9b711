package dev.jangbu.local;

import dev.jangbu.local.demo.DemoCommand;
import dev.jangbu.operator.OperatorCli;
import dev.jangbu.operator.console.CommandRunner;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/**
 * The command line of the local stack. {@code up} runs it, {@code demo} sends payments. The help also lists the
 * commands of {@link OperatorCli}, which the script {@code jangbu} runs in that program, and those of the proving
 * ground and the benchmarks.
 */
@Command(
        name = "jangbu",
        description = "A payments backbone: outbox, exactly-once settlement, double-entry ledger.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "  audit         Verifies a running stack from outside.",
            "  torture       Injects faults into a stack under load, then audits it.",
            "  bugs          Injects bugs and checks that the audit finds them.",
            "  bench         Measures Jangbu beside alternatives."
        },
        mixinStandardHelpOptions = true,
        subcommands = {UpCommand.class, DemoCommand.class})
public final class Jangbu {

    private Jangbu() {}

    public static void main(String[] args) {
        CommandLine commands = new CommandLine(new Jangbu());
        OperatorCli.addCommandsTo(commands);
        commands.addSubcommand(new HelpCommand());
        System.exit(CommandRunner.run(commands, args));
    }
}
