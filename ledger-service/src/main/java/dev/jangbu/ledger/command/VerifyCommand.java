package dev.jangbu.ledger.command;

import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.Snapshot;
import dev.jangbu.ledger.verification.LedgerVerification;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code verify}: checks the ledger against its own hashes and against the postings in Kafka. */
@Command(
        name = "verify",
        description = {
            "Recomputes every hash of the ledger, compares it with the postings in Kafka, and prints the differences.",
            "Exit code: 0 no differences, 1 differences, 2 the command failed."
        },
        mixinStandardHelpOptions = true)
public final class VerifyCommand implements Callable<Integer> {

    private final Installation installation;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "15",
            description = "how long to wait for postings that are not published yet (default: ${DEFAULT-VALUE})")
    private int waitSeconds;

    @Option(names = "--database", hidden = true, defaultValue = Database.NAME)
    private String database;

    @SuppressWarnings("NullAway") // picocli sets the annotated fields.
    public VerifyCommand(Installation installation) {
        this.installation = installation;
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        LedgerVerification verification = new LedgerVerification(
                () -> installation.open(Topics.LEDGER_POSTINGS),
                installation.serdes().of(Topics.LEDGER_POSTINGS).deserializer(),
                Duration.ofSeconds(waitSeconds),
                new ProgressLine(spec.commandLine().getErr()));
        LedgerVerification.Report report;
        try (Snapshot snapshot = installation.snapshot(database)) {
            report = verification.run(snapshot);
        }
        report.journals().forEach((book, journals) -> out.printf("book %-3d %,12d journals%n", book, journals));
        if (report.malformed() > 0) {
            out.printf("%,d records of %s are not postings%n", report.malformed(), Topics.LEDGER_POSTINGS.name());
        }
        return Reports.print(
                out,
                report.findings(),
                "The ledger holds: its hashes match its journals and the postings in Kafka.",
                "The ledger differs from its postings");
    }
}
