package dev.jangbu.ledger.command;

import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.Snapshot;
import dev.jangbu.ledger.proof.Finding;
import dev.jangbu.ledger.proof.Verification;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code verify}: the book against its own hashes and against what was posted. */
@Command(
        name = "verify",
        description = {
            "Computes every hash of the book again, compares it with the postings in Kafka, and names what differs.",
            "Exit code: 0 the book holds, 1 it differs, 2 it could not be verified."
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
            description = "how long to wait for postings that are still on their way (default: ${DEFAULT-VALUE})")
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
        Verification verification = new Verification(
                installation.kafka(),
                installation.serdes().of(Topics.LEDGER_POSTINGS).deserializer(),
                Duration.ofSeconds(waitSeconds),
                new ProgressLine(spec.commandLine().getErr()));
        Verification.Report report;
        try (Snapshot snapshot = Snapshot.open(installation.postgres(), database, installation.auditPassword())) {
            report = verification.run(snapshot);
        }
        report.journals().forEach((book, journals) -> out.printf("book %-3d %,12d journals%n", book, journals));
        if (report.unreadable() > 0) {
            out.printf("%,d records of %s are no postings%n", report.unreadable(), Topics.LEDGER_POSTINGS.name());
        }
        List<Finding> first = report.findings().first();
        if (first.isEmpty()) {
            out.println("The book holds: its hashes follow from its journals, and Kafka has the same.");
            return ExitCode.HOLDS;
        }
        Reports.print(out, "The book differs from what was posted", report.findings());
        return ExitCode.DIFFERS;
    }
}
