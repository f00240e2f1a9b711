package dev.jangbu.ledger.command;

import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.Migrations;
import dev.jangbu.ledger.database.Snapshot;
import dev.jangbu.ledger.posting.Rebuild;
import dev.jangbu.ledger.verification.LedgerComparison;
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

/** {@code rebuild}: rebuilds the ledger from Kafka in another database, and compares both. */
@Command(
        name = "rebuild",
        description = {
            "Writes the ledger from ledger.entries into an empty database, publishes nothing, and compares the result with"
                    + " the live ledger, row by row.",
            "Exit code: 0 equal, 1 different or an entry was refused, 2 the command failed."
        },
        mixinStandardHelpOptions = true)
public final class RebuildCommand implements Callable<Integer> {

    /** The default of {@code --into}. */
    public static final String DEFAULT_TARGET = "jangbu_ledger_rebuilt";

    private static final String NOT_EMPTY = "SELECT EXISTS (SELECT FROM books) OR EXISTS (SELECT FROM lines)";

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
            description = "the number of books written in parallel (default: ${DEFAULT-VALUE})")
    private int threads;

    @Option(names = "--no-compare", description = "skip the comparison with the live ledger")
    private boolean noCompare;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "how long to wait for the live ledger to catch up (default: ${DEFAULT-VALUE})")
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
        if (target.equals(Database.NAME) && !noCompare) {
            throw new ParameterException(
                    spec.commandLine(),
                    "The live ledger cannot be compared with itself: use another --into, or --no-compare");
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
            out.printf("%,d records are not entries and were skipped%n", outcome.poison());
        }
        outcome.stops().forEach(out::println);
        boolean equal = noCompare || compare(out);
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
            LedgerComparison.Report report = new LedgerComparison(
                            Duration.ofSeconds(waitSeconds),
                            new ProgressLine(spec.commandLine().getErr()))
                    .run(rebuilt, live);
            report.journals()
                    .forEach((book, journals) -> out.printf("book %-3d %,12d journals compared%n", book, journals));
            if (report.findings().count() == 0) {
                out.println("The rebuilt ledger equals the live one, row by row.");
                return true;
            }
            Reports.print(out, "The rebuilt ledger and the live one differ", report.findings());
            return false;
        }
    }

    private void requireEmpty() throws SQLException {
        try (Snapshot snapshot = Snapshot.open(installation.postgres(), target, installation.auditPassword());
                Statement statement = snapshot.connection().createStatement();
                ResultSet row = statement.executeQuery(NOT_EMPTY)) {
            row.next();
            if (row.getBoolean(1)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "The database %s is not empty: use another --into, or drop and recreate it".formatted(target));
            }
        }
    }
}
