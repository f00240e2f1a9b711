package dev.jangbu.ledger.command;

import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.Snapshot;
import dev.jangbu.ledger.reconcile.Difference;
import dev.jangbu.ledger.reconcile.Reconciliation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code reconcile}: compares a provider's settlement file with its receivable account. */
@Command(
        name = "reconcile",
        description = {
            "Compares a payment service provider's settlement file with the ledger, and prints the differences.",
            "Exit code: 0 no differences, 1 differences, 2 the command failed."
        },
        mixinStandardHelpOptions = true)
public final class ReconcileCommand implements Callable<Integer> {

    private static final String STANDARD_INPUT = "-";

    private final Installation installation;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            description =
                    "CSV with the columns type (CHARGE or CANCEL), reference (confirm:PAYMENT or refund:REFUND), currency,"
                            + " amount (minor units or decimals), or Toss Payments' settlements as CSV or JSON; - reads"
                            + " the standard input")
    private String file;

    @Option(
            names = "--psp",
            defaultValue = "toss",
            description = "the provider of the file (default: ${DEFAULT-VALUE})")
    private String psp;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "RFC 3339: start of the file's period; earlier postings are not reported as missing there")
    private @Nullable String from;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            description =
                    "RFC 3339: end of the file's period, exclusive; later postings are not reported as missing there")
    private @Nullable String until;

    @SuppressWarnings("NullAway") // picocli sets the annotated fields.
    public ReconcileCommand(Installation installation) {
        this.installation = installation;
    }

    @Override
    public Integer call() throws Exception {
        if (!psp.matches("[A-Za-z0-9_-]+")) {
            throw new ParameterException(spec.commandLine(), "--psp must consist of A-Z a-z 0-9 _ -");
        }
        Reconciliation.Report report;
        try (Reader reader = open();
                Snapshot ledger = installation.snapshot(Database.NAME)) {
            report = Reconciliation.run(reader, psp, ledger, time("--from", from), time("--until", until));
        }
        print(report, spec.commandLine().getOut());
        return report.agrees() ? Reports.HOLDS : Reports.DIFFERS;
    }

    private static void print(Reconciliation.Report report, PrintWriter out) {
        out.printf("%-18s %,10d%n", "rows", report.rows());
        out.printf("%-18s %,10d", "matched", report.matched());
        report.matchedNet().forEach((currency, net) -> out.printf("   %,d %s", net, currency));
        out.println();
        long differences = 0;
        for (Difference.Kind kind : Difference.Kind.values()) {
            long count = report.counts().getOrDefault(kind, 0L);
            differences += count;
            out.printf("%-18s %,10d%n", kind.text(), count);
        }
        report.differences()
                .forEach(
                        difference -> out.printf("  %s: %s%n", difference.kind().text(), difference.description()));
        Reports.printRest(out, differences - report.differences().size());
        out.println(report.agrees() ? "The file and the ledger agree." : "The file and the ledger differ.");
    }

    private Reader open() throws IOException {
        if (file.equals(STANDARD_INPUT)) {
            return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        }
        try {
            return Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new ParameterException(spec.commandLine(), "There is no file " + file, e);
        }
    }

    private @Nullable Instant time(String option, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    option + " must be a time as in RFC 3339, for instance 2026-01-31T00:00:00+09:00",
                    e);
        }
    }
}
