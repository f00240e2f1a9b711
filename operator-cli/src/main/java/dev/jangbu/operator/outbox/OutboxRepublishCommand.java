package dev.jangbu.operator.outbox;

import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.console.Console;
import dev.jangbu.operator.installation.InstallationOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code outbox republish}: sends the outbox rows of a period again, after a lost replication slot or as a drill. */
@Command(
        name = "republish",
        description = {
            "Sends outbox rows to Kafka again.",
            "The settlement topology drops settlements that it already knows.",
            "Rows that are too old for its deduplication become dead letters."
        },
        mixinStandardHelpOptions = true)
final class OutboxRepublishCommand implements Callable<Integer> {

    @Mixin
    private InstallationOptions options = new InstallationOptions();

    @Option(
            names = "--from",
            paramLabel = "TIME",
            required = true,
            description = "first creation time, inclusive, RFC 3339, e.g. 2026-11-24T09:00:00Z")
    private String from = "";

    @Option(names = "--to", paramLabel = "TIME", description = "last creation time, exclusive (default: now)")
    private @Nullable String to;

    @Option(names = "--batch", paramLabel = "N", description = "rows per transaction (default: ${DEFAULT-VALUE})")
    private int batch = 500;

    private final Console console = Console.ofStdout();

    @Override
    public Integer call() throws SQLException {
        if (batch < 1 || batch > 10_000) {
            throw new CommandException("--batch must be from 1 to 10000.");
        }
        Instant begin = time("--from", from);
        try (Connection maintenance = options.installation().openAs("jangbu_maintenance")) {
            OutboxRows rows = new OutboxRows(maintenance);
            // Republished rows keep their creation time, so the period does not grow.
            Instant end = to == null ? rows.now() : time("--to", to);
            long sent = republish(rows, begin, end);
            console.print(
                    sent == 0 ? "There are no rows from " + begin + " to " + end + "." : "Done: " + sent + " rows.");
        }
        return 0;
    }

    private long republish(OutboxRows rows, Instant begin, Instant end) {
        try {
            return rows.republish(
                    begin,
                    end,
                    batch,
                    (count, last) -> console.print("%d rows sent, created up to %s".formatted(count, last)));
        } catch (SQLException e) {
            throw new CommandException("The last batch was rolled back: " + e.getMessage(), e);
        }
    }

    private static Instant time(String option, String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw new CommandException(
                    "%s is '%s': use a time in RFC 3339, for instance 2026-11-24T09:00:00Z.".formatted(option, text));
        }
    }
}
