package dev.jangbu.ledger.command;

import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.Migrations;
import dev.jangbu.ledger.database.Snapshot;
import dev.jangbu.ledger.posting.Rebuild;
import dev.jangbu.ledger.verification.LedgerComparison;
import java.io.PrintWriter;
import java.sql.SQLException;
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
        int compared = noCompare ? Reports.HOLDS : compare(out);
        return outcome.stops().isEmpty() ? compared : Reports.DIFFERS;
    }

    private Rebuild.Outcome write() throws SQLException, InterruptedException {
        try (Database database =
                new Database(installation.postgres(), target, installation.ledgerPassword(), threads)) {
            return new Rebuild(
                            () -> installation.open(Topics.LEDGER_ENTRIES),
                            installation.serdes().of(Topics.LEDGER_ENTRIES).deserializer(),
                            database.forPosting(),
                            installation.clock(),
                            new ProgressLine(spec.commandLine().getErr()))
                    .run(threads);
        }
    }

    private int compare(PrintWriter out) throws SQLException, InterruptedException {
        try (Snapshot rebuilt = installation.snapshot(target);
                Snapshot live = installation.snapshot(Database.NAME)) {
            LedgerComparison.Report report = new LedgerComparison(
                            rebuilt, live, new ProgressLine(spec.commandLine().getErr()))
                    .run(Duration.ofSeconds(waitSeconds));
            report.journals()
                    .forEach((book, journals) -> out.printf("book %-3d %,12d journals compared%n", book, journals));
            return Reports.print(
                    out,
                    report.findings(),
                    "The rebuilt ledger equals the live one, row by row.",
                    "The rebuilt ledger and the live one differ");
        }
    }

    private void requireEmpty() throws SQLException {
        try (Snapshot snapshot = installation.snapshot(target)) {
            if (snapshot.sql(NOT_EMPTY).query(Boolean.class).single()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "The database %s is not empty: use another --into, or drop and recreate it".formatted(target));
            }
        }
    }
}
