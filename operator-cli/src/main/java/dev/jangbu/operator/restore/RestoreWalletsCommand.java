package dev.jangbu.operator.restore;

import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.console.Console;
import dev.jangbu.operator.installation.DataOption;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.operator.installation.InstallationOptions;
import dev.jangbu.operator.installation.ServiceProgram;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code restore wallets}: rebuilds Kafka's topics and the wallets from the ledger. Exit codes: those of restore. */
@Command(
        name = "wallets",
        description = {
            "Rebuilds Kafka's topics and the wallets from the ledger, after Kafka was lost or went back, and opens the"
                    + " payments database.",
            "streams-processor and ledger-service must be stopped. An interrupted run is repeated by the next one."
        },
        mixinStandardHelpOptions = true)
final class RestoreWalletsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private InstallationOptions installation = new InstallationOptions();

    @Option(names = "--dry-run", description = "show what would be done; change nothing")
    private boolean dryRun;

    @Option(
            names = "--discard-kafka",
            description =
                    "delete the records that Kafka still has of requests, entries, postings, completions and wallets")
    private boolean discardKafka;

    @Option(
            names = "--application-id",
            paramLabel = "ID",
            description = "application id of streams-processor (default: ${DEFAULT-VALUE})")
    private String applicationId = "jangbu-settlement";

    @Override
    public Integer call() throws Exception {
        try {
            return installation.run(this::run);
        } catch (CommandException | SQLException | IOException | IllegalStateException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return RestoreCommand.UNDECIDED;
        }
    }

    private int run(Installation found) throws SQLException, IOException, InterruptedException {
        found.requireKafkaAndPostgresOfOneSource();
        ServiceProgram stores = new ServiceProgram(
                DataOption.home(), "streams-processor", "dev.jangbu.settlement.restore.RestoreStores");
        try (Database payments = new Database(found.openPayments());
                Database ledger = new Database(found.openLedger())) {
            WalletRestoration restoration = new WalletRestoration(
                    new WalletRestoration.Parts(
                            found.kafka(),
                            found.registry(),
                            found.serdes(),
                            payments,
                            ledger,
                            () -> new Database(found.openLedgerAs("jangbu_owner")),
                            () -> new Database(found.openAs("jangbu_maintenance")),
                            () -> new Database(found.openAs("jangbu_cdc")),
                            new OutboxConnector(found.connect()),
                            (environment, rejected) -> stores.run(environment, List.of(), rejected)),
                    new WalletRestoration.Options(dryRun, discardKafka, applicationId),
                    Console.ofStdout()::print);
            return restoration.run() ? RestoreCommand.DONE : RestoreCommand.LEFT;
        }
    }
}
