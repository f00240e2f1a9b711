package dev.jangbu.operator.restore;

import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.console.Console;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.operator.installation.InstallationOptions;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code restore plan} and {@code restore apply} complete a payments database that went back in time; {@code restore
 * wallets} rebuilds a lost Kafka. Exit codes: 0 nothing is left to do, 1 something is, for this command or for a person, 2
 * it could not be told.
 */
@Command(
        name = "restore",
        description = "Completes a payments database that went back, or rebuilds a Kafka that was lost.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            RestoreCommand.Plan.class,
            RestoreCommand.Apply.class,
            RestoreWalletsCommand.class,
            HelpCommand.class
        })
public final class RestoreCommand {

    static final int DONE = 0;
    static final int LEFT = 1;
    static final int UNDECIDED = 2;

    /** The options of both commands. */
    static final class Options {

        @Spec(Spec.Target.MIXEE)
        CommandSpec spec = CommandSpec.create();

        @Mixin
        InstallationOptions installation = new InstallationOptions();

        @Option(
                names = "--since",
                paramLabel = "TIME",
                description = "compare the PSP's transactions from this time, RFC 3339"
                        + " (default: an hour before the database's newest mark)")
        @Nullable
        String since;

        @Option(names = "--no-psp", description = "do not compare the PSP's transactions")
        boolean withoutPsp;

        @Option(
                names = "--keys-kept-for",
                paramLabel = "DURATION",
                description = "payment-api's jangbu.idempotency.kept-for, ISO 8601 (default: ${DEFAULT-VALUE})")
        Duration keysKeptFor = Duration.ofHours(24);

        int run(boolean applies) {
            PrintWriter err = spec.commandLine().getErr();
            try {
                return installation.run(found -> run(found, applies));
            } catch (CommandException | SQLException | IllegalStateException e) {
                err.println(e.getMessage());
            } catch (Exception | Error e) {
                // Else the exit code would be 1: something is left to do.
                e.printStackTrace(err);
            }
            return UNDECIDED;
        }

        private int run(Installation found, boolean applies) throws SQLException {
            found.requireKafkaAndPostgresOfOneSource();
            try (Database audit = new Database(found.openPayments())) {
                Restoration restoration = new Restoration(
                        new Restoration.Parts(
                                found.kafka(),
                                found.serdes(),
                                audit,
                                () -> new Database(found.openAs("jangbu_maintenance")),
                                () -> new Database(found.openAs("jangbu_cdc")),
                                new OutboxConnector(found.connect()),
                                withoutPsp
                                        ? Optional.empty()
                                        : Optional.of(new PspTransactions(found.psp(), found.pspSecret())),
                                Clock.systemUTC()),
                        new Restoration.Options(applies, time(since), keysKeptFor),
                        Console.ofStdout()::print);
                return restoration.run() ? DONE : LEFT;
            }
        }

        private static @Nullable Instant time(@Nullable String text) {
            try {
                return text == null ? null : OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeParseException e) {
                throw new CommandException(
                        "--since is '%s': use a time in RFC 3339, for instance 2026-11-24T09:00:00Z.".formatted(text));
            }
        }
    }

    /** {@code restore plan}. */
    @Command(
            name = "plan",
            description = "Shows what apply would restore. Changes nothing.",
            mixinStandardHelpOptions = true)
    static final class Plan implements Callable<Integer> {

        @Mixin
        private Options options = new Options();

        @Override
        public Integer call() {
            return options.run(false);
        }
    }

    /** {@code restore apply}. */
    @Command(
            name = "apply",
            description = {
                "Restores what the database has lost, and opens it.",
                "An interrupted run is continued by the next one."
            },
            mixinStandardHelpOptions = true)
    static final class Apply implements Callable<Integer> {

        @Mixin
        private Options options = new Options();

        @Override
        public Integer call() {
            return options.run(true);
        }
    }
}
