package dev.jangbu.operator.ledger;

import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.installation.DataOption;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.operator.installation.InstallationOptions;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/**
 * {@code ledger verify}, {@code ledger rebuild} and {@code reconcile}: run the commands of {@link LedgerProgram} on an
 * installation. Exit codes: 0 the ledger holds, 1 something differs, 2 the command could not run.
 */
@Command(
        name = "ledger",
        description = "Verifies the ledger.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        subcommands = {LedgerCommand.Verify.class, LedgerCommand.Rebuild.class, HelpCommand.class})
public final class LedgerCommand {

    /** Resolves the installation and passes all other arguments to the program. */
    abstract static class ForwardedCommand implements Callable<Integer> {

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Mixin
        InstallationOptions options = new InstallationOptions();

        @Unmatched
        List<String> programArguments = new ArrayList<>();

        @Override
        public final Integer call() throws Exception {
            List<String> arguments = new ArrayList<>(List.of(spec.name()));
            arguments.addAll(programArguments);
            try {
                LedgerProgram program = new LedgerProgram(DataOption.home());
                if (programArguments.contains("--help") || programArguments.contains("-h")) {
                    int exit = program.printHelp(arguments);
                    spec.commandLine().getOut().println(help().stripTrailing());
                    return exit;
                }
                return run(program, options.installation(), arguments);
            } catch (CommandException | IOException | SQLException e) {
                spec.commandLine().getErr().println(e.getMessage());
                return LedgerProgram.COULD_NOT_RUN;
            }
        }

        abstract int run(LedgerProgram program, Installation installation, List<String> arguments) throws Exception;

        /** The options that are not passed on, in the layout of the program's help. */
        String help() {
            return """
                          --kafka, --registry, --postgres, --data
                                     the installation (default: JANGBU_KAFKA, JANGBU_REGISTRY,
                                       JANGBU_POSTGRES, else the local stack's dev.json)
                    """;
        }
    }

    /** {@code ledger verify}. */
    @Command(
            name = "verify",
            description = "Recomputes every hash of the ledger and compares it with the postings in Kafka.")
    public static final class Verify extends ForwardedCommand {

        @Override
        int run(LedgerProgram program, Installation installation, List<String> arguments) throws Exception {
            installation.requireKafkaAndPostgresOfOneSource();
            return program.run(installation, true, List.of("jangbu_audit"), arguments);
        }
    }

    /** {@code reconcile}. */
    @Command(
            name = "reconcile",
            description = "Compares the settlement file of a payment service provider with the ledger.")
    public static final class Reconcile extends ForwardedCommand {

        @Override
        int run(LedgerProgram program, Installation installation, List<String> arguments) throws Exception {
            return program.run(installation, false, List.of("jangbu_audit"), arguments);
        }
    }

    /** {@code ledger rebuild}: also creates the database, and drops it afterwards. */
    @Command(
            name = "rebuild",
            description = "Writes the ledger again from Kafka into another database and compares both.")
    public static final class Rebuild extends ForwardedCommand {

        private static final List<String> RESERVED =
                List.of("jangbu_ledger", "jangbu_payment", "jangbu_registry", "postgres");

        @Option(names = "--into", paramLabel = "DATABASE", defaultValue = "jangbu_ledger_rebuilt")
        private String into = "";

        @Option(names = "--keep")
        private boolean keep;

        @Option(names = "--fresh")
        private boolean fresh;

        @Override
        String help() {
            return super.help() + """
                          --fresh    drop the database first if it exists
                          --keep     keep the database afterwards
                    """;
        }

        @Override
        int run(LedgerProgram program, Installation installation, List<String> arguments) throws Exception {
            if (RESERVED.contains(into)) {
                throw new CommandException("The database " + into + " is in use: choose another with --into.");
            }
            installation.requireKafkaAndPostgresOfOneSource();
            RebuildDatabase database = new RebuildDatabase(installation, into);
            if (fresh) {
                database.drop();
            }
            database.create();
            try {
                arguments.addAll(List.of("--into", into));
                return program.run(
                        installation, true, List.of("jangbu_audit", "jangbu_owner", "jangbu_ledger"), arguments);
            } finally {
                if (keep) {
                    spec.commandLine().getErr().println("The rebuilt ledger is in the database " + into + ".");
                } else {
                    database.drop();
                }
            }
        }
    }
}
