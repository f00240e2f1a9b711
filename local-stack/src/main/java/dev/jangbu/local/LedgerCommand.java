package dev.jangbu.local;

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
 * {@code ledger verify} and {@code ledger rebuild}, and {@code reconcile}: the commands of {@link LedgerProgram} on a running
 * stack. They exit with 0 if it holds, 1 if something differs, 2 if it could not be run.
 */
@Command(
        name = "ledger",
        description = "Proves the book of a running stack.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        subcommands = {LedgerCommand.Verify.class, LedgerCommand.Rebuild.class, HelpCommand.class})
final class LedgerCommand {

    /** Hands everything but the stack's directory on. */
    abstract static class HandedOn implements Callable<Integer> {

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Mixin
        DataOption data = new DataOption();

        @Unmatched
        List<String> others = new ArrayList<>();

        @Override
        public final Integer call() throws Exception {
            LedgerProgram program = new LedgerProgram(DataOption.home());
            List<String> arguments = new ArrayList<>(List.of(spec.name()));
            arguments.addAll(others);
            try {
                if (others.contains("--help") || others.contains("-h")) {
                    int exit = program.run(null, arguments);
                    spec.commandLine().getOut().println(help().stripTrailing());
                    return exit;
                }
                return run(program, DevJson.of(data.directory()), arguments);
            } catch (CommandException | IOException | SQLException e) {
                spec.commandLine().getErr().println(e.getMessage());
                return LedgerProgram.COULD_NOT_RUN;
            }
        }

        int run(LedgerProgram program, DevJson stack, List<String> arguments) throws Exception {
            return program.run(stack, arguments);
        }

        /** The options that are not handed on, as the program shows its own. */
        String help() {
            return """
                          --data=DIR   the stack's data directory (default: JANGBU_DATA, else
                                         .jangbu in the repository)
                    """;
        }
    }

    @Command(
            name = "verify",
            description = "Computes every hash of the book again, and compares it with Kafka's postings.")
    static final class Verify extends HandedOn {}

    @Command(name = "reconcile", description = "Matches a payment service provider's settlement file with the book.")
    static final class Reconcile extends HandedOn {}

    @Command(
            name = "rebuild",
            description = "Writes the whole book again from Kafka, into a database of its own, and compares both.")
    static final class Rebuild extends HandedOn {

        private static final List<String> IN_USE =
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
                          --fresh      drop the database first, if it is there
                          --keep       leave it, to be looked at or to take the other's place
                    """;
        }

        @Override
        int run(LedgerProgram program, DevJson stack, List<String> arguments) throws Exception {
            if (IN_USE.contains(into)) {
                throw new CommandException("The database " + into + " is in use: name another with --into.");
            }
            RebuildDatabase database = new RebuildDatabase(stack, into);
            if (fresh) {
                database.drop();
            }
            database.create();
            try {
                arguments.addAll(List.of("--into", into));
                return program.run(stack, arguments);
            } finally {
                if (keep) {
                    spec.commandLine().getErr().println("The rebuilt book is in the database " + into + ".");
                } else {
                    database.drop();
                }
            }
        }
    }
}
