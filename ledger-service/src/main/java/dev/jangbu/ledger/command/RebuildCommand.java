package dev.jangbu.ledger.command;

import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.Migrations;
import dev.jangbu.ledger.database.Snapshot;
import dev.jangbu.ledger.posting.Rebuild;
import dev.jangbu.ledger.proof.Comparison;
import java.io.PrintWriter;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code rebuild}: the whole book again, from Kafka, into another database; and then both compared. */
@Command(
        name = "rebuild",
        description = {
            "Writes the whole book from ledger.entries into an empty database, publishing nothing, and compares it with the"
                    + " one in use, row for row.",
            "Exit code: 0 written and equal, 1 they differ or an entry was refused, 2 it could not be done."
        },
        mixinStandardHelpOptions = true)
public final class RebuildCommand implements Callable<Integer> {

    /** Where to, if not said. */
    public static final String DEFAULT_TARGET = "jangbu_ledger_rebuilt";

    private static final String ANYTHING = "SELECT EXISTS (SELECT FROM books) OR EXISTS (SELECT FROM lines)";

    private final Installation installation;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--into",
            paramLabel = "DATABASE",
            defaultValue = DEFAULT_TARGET,
            description = "an empty database of jangbu_owner on the same server (default: ${DEFAULT-VALUE})")
    private String target;

    @Option(
            names = "--threads",
            defaultValue = "2",
            description = "how many books are written at a time (default: ${DEFAULT-VALUE})")
    private int threads;

    @Option(names = "--no-compare", description = "when there is no other book to compare it with")
    private boolean alone;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "how long the book in use may be behind (default: ${DEFAULT-VALUE})")
    private int waitSeconds;

    @SuppressWarnings("NullAway") // picocli sets the annotated fields.
    public RebuildCommand(Installation installation) {
        this.installation = installation;
    }

    @Override
    public Integer call() throws Exception {
        if (threads < 1 || threads > 64) {
            throw new ParameterException(spec.commandLine(), "--threads must be from 1 to 64");
        }
        if (target.equals(Database.NAME) && !alone) {
            throw new ParameterException(
                    spec.commandLine(), "A book cannot be compared with itself: --into another, or --no-compare");
        }
        PrintWriter out = spec.commandLine().getOut();
        new Migrations(installation.postgres(), target, installation.ownerPassword()).run();
        requireEmpty();
        long begin = System.nanoTime();
        Rebuild.Outcome outcome = write();
        long millis = Math.max(1, (System.nanoTime() - begin) / 1_000_000);
        out.printf(
                "%,d entries written into %s in %,d ms: %,d a second%n",
                outcome.entries(), target, millis, outcome.entries() * 1_000 / millis);
        if (outcome.poison() > 0) {
            out.printf("%,d records are no entries, and were passed over%n", outcome.poison());
        }
        outcome.stops().forEach(out::println);
        boolean equal = alone || compare(out);
        return equal && outcome.stops().isEmpty() ? ExitCode.HOLDS : ExitCode.DIFFERS;
    }

    private Rebuild.Outcome write() throws SQLException, InterruptedException {
        try (Database database =
                Database.toRebuild(installation.postgres(), target, installation.ledgerPassword(), threads)) {
            return new Rebuild(
                            installation.kafka(),
                            installation.serdes().of(Topics.LEDGER_ENTRIES).deserializer(),
                            database.forPosting(),
                            installation.clock(),
                            new ProgressLine(spec.commandLine().getErr()))
                    .run(threads);
        }
    }

    private boolean compare(PrintWriter out) throws SQLException, InterruptedException {
        try (Snapshot rebuilt = Snapshot.open(installation.postgres(), target, installation.auditPassword());
                Snapshot live = Snapshot.open(installation.postgres(), Database.NAME, installation.auditPassword())) {
            Comparison.Report report = new Comparison(
                            Duration.ofSeconds(waitSeconds),
                            new ProgressLine(spec.commandLine().getErr()))
                    .run(rebuilt, live);
            report.journals()
                    .forEach((book, journals) -> out.printf("book %-3d %,12d journals compared%n", book, journals));
            if (report.findings().count() == 0) {
                out.println("The rebuilt book equals the one in use, row for row.");
                return true;
            }
            Reports.print(out, "The rebuilt book and the one in use differ", report.findings());
            return false;
        }
    }

    private void requireEmpty() throws SQLException {
        try (Snapshot snapshot = Snapshot.open(installation.postgres(), target, installation.auditPassword());
                Statement statement = snapshot.connection().createStatement();
                ResultSet row = statement.executeQuery(ANYTHING)) {
            row.next();
            if (row.getBoolean(1)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "The database %s is not empty: name another with --into, or drop it and create it anew"
                                .formatted(target));
            }
        }
    }
}
