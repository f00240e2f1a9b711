package dev.jangbu.benchmarks;

import dev.jangbu.operator.console.CommandException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PostgreSQL's program pgbench: a TPC-B-like transaction of five prepared statements. */
final class PgBench {

    static final String NAME = "pgbench TPC-B";

    private static final Pattern FIGURES =
            Pattern.compile("actually processed: ([0-9]+).*^tps = ([0-9.]+)", Pattern.DOTALL | Pattern.MULTILINE);

    /** More branches than clients, so that they seldom wait for the same row. */
    private static final String[] INITIALIZE = {"-i", "-q", "-s", "20"};

    private static final String[] RUN = {"-n", "-M", "prepared", "-c", "8", "-j", "2"};

    private static final String INCONSISTENT = """
            SELECT a.sum AS accounts, t.sum AS tellers, b.sum AS branches, h.sum AS history
            FROM (SELECT sum(abalance) FROM pgbench_accounts) a, (SELECT sum(tbalance) FROM pgbench_tellers) t,
                 (SELECT sum(bbalance) FROM pgbench_branches) b,
                 (SELECT coalesce(sum(delta), 0) AS sum FROM pgbench_history) h
            WHERE a.sum <> t.sum OR a.sum <> b.sum OR a.sum <> h.sum
            """;

    private final Database database;

    /** Fills the tables of a database. */
    PgBench(Database database) throws IOException, InterruptedException {
        this.database = database;
        execute(INITIALIZE);
    }

    /** The figures that pgbench prints. */
    record Run(double perSecond, long transactions) {}

    /** True if the program is on the path. */
    static boolean isInstalled() throws InterruptedException {
        try {
            return new ProcessBuilder("pgbench", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    Run run(int seconds) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(RUN));
        arguments.addAll(List.of("-T", Integer.toString(seconds)));
        String output = execute(arguments.toArray(String[]::new));
        Matcher figures = FIGURES.matcher(output);
        if (!figures.find()) {
            throw new CommandException("pgbench printed no figures:\n" + output);
        }
        return new Run(Double.parseDouble(figures.group(2)), Long.parseLong(figures.group(1)));
    }

    /** The violations of TPC-B's consistency condition. */
    List<String> errors() throws SQLException {
        List<String> errors = new ArrayList<>();
        try (Connection connection = database.open()) {
            Database.query(
                    connection,
                    INCONSISTENT,
                    row -> errors.add("accounts, tellers, branches and history of TPC-B differ: %d, %d, %d, %d"
                            .formatted(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4))));
        }
        return errors;
    }

    private String execute(String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("pgbench").redirectErrorStream(true);
        builder.command().addAll(List.of(arguments));
        builder.environment()
                .putAll(Map.of(
                        "PGHOST", database.host(),
                        "PGPORT", Integer.toString(database.port()),
                        "PGUSER", database.user(),
                        "PGPASSWORD", database.password(),
                        "PGDATABASE", database.name()));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new CommandException("pgbench failed:\n" + output);
        }
        return output;
    }
}
