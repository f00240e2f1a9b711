package dev.jangbu.local;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code outbox republish}: sends rows of a time once more, for drills and after a lost replication slot. */
@Command(
        name = "republish",
        description =
                "Sends outbox rows to Kafka again. What was settled is not settled twice: the wallet desk drops what it"
                        + " knows, and rows too old for it to know become dead letters.",
        mixinStandardHelpOptions = true)
final class OutboxRepublishCommand implements Callable<Integer> {

    @Mixin
    private DataOption data = new DataOption();

    @Option(
            names = "--from",
            paramLabel = "TIME",
            required = true,
            description = "rows created at or after it, RFC 3339, e.g. 2026-11-24T09:00:00Z")
    private String from = "";

    @Option(names = "--to", paramLabel = "TIME", description = "rows created before it (default: all up to now)")
    private @Nullable String to;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "so many rows in a transaction (default: ${DEFAULT-VALUE})")
    private int batch = 500;

    private final Console console = Console.ofStdout();

    @Override
    public Integer call() {
        if (batch < 1 || batch > 10_000) {
            throw new CommandException("--batch must be from 1 to 10000.");
        }
        Instant begin = time("--from", from);
        DevJson stack = DevJson.of(data.directory());
        try (Connection maintenance = RoleConnection.open(
                Objects.requireNonNull(stack.roles().get("jangbu_maintenance"), "dev.json has every role"))) {
            OutboxRows rows = new OutboxRows(maintenance);
            // Rows that are sent again keep their time, so that there is an end.
            Instant end = to == null ? rows.now() : time("--to", to);
            long sent = rows.republish(
                    begin,
                    end,
                    batch,
                    (count, last) -> console.say("%d rows sent again, up to those of %s".formatted(count, last)));
            console.say(
                    sent == 0 ? "There are no rows from " + begin + " to " + end + "." : "Done: " + sent + " rows.");
        } catch (SQLException e) {
            throw new CommandException(
                    "PostgreSQL refused it, and the last batch did not happen: " + e.getMessage(), e);
        }
        return 0;
    }

    private static Instant time(String option, String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw new CommandException(
                    "%s must be a time as in RFC 3339, for instance 2026-11-24T09:00:00Z, but is '%s'."
                            .formatted(option, text));
        }
    }
}
