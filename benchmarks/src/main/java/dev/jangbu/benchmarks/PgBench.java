package dev.jangbu.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** PostgreSQL's pgbench: a TPC-B-like transaction of five prepared statements. */
final class PgBench {

    static final String NAME = "pgbench TPC-B";

    private static final Pattern PER_SECOND = Pattern.compile("(?m)^tps = ([0-9.]+)");
    private static final Pattern TRANSACTIONS = Pattern.compile("actually processed: ([0-9]+)");
    private static final int CLIENTS = 8;
    /** Number of branches; more than clients, so that they seldom wait for the same row. */
    private static final int SCALE = 20;

    private static final String CONSISTENT = """
            SELECT (SELECT sum(abalance) FROM pgbench_accounts) AS accounts,
                   (SELECT sum(tbalance) FROM pgbench_tellers) AS tellers,
                   (SELECT sum(bbalance) FROM pgbench_branches) AS branches,
                   (SELECT coalesce(sum(delta), 0) FROM pgbench_history) AS history
            """;

    private final Path program;

    private PgBench(Path program) {
        this.program = program;
    }

    /** The figures that pgbench prints. */
    record Run(double perSecond, long transactions) {}

    /** Finds the installed program. */
    static Optional<PgBench> find() throws IOException {
        List<Path> folders = new ArrayList<>(
                Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                        .map(Path::of)
                        .toList());
        Path debian = Path.of("/usr/lib/postgresql");
        if (Files.isDirectory(debian)) {
            try (Stream<Path> versions = Files.list(debian)) {
                versions.map(version -> version.resolve("bin")).sorted().forEach(folders::add);
            }
        }
        return folders.stream()
                .map(folder -> folder.resolve("pgbench"))
                .filter(Files::isExecutable)
                .findFirst()
                .map(PgBench::new);
    }

    void initialize(Database database) throws IOException, InterruptedException {
        execute(database, "-i", "-q", "-s", Integer.toString(SCALE));
    }

    Run run(Database database, int seconds) throws IOException, InterruptedException {
        String output = execute(
                database,
                "-n",
                "-M",
                "prepared",
                "-c",
                Integer.toString(CLIENTS),
                "-j",
                "2",
                "-T",
                Integer.toString(seconds));
        return new Run(Double.parseDouble(match(PER_SECOND, output)), Long.parseLong(match(TRANSACTIONS, output)));
    }

    /** The violations of TPC-B's consistency condition. */
    List<String> errors(Database database) throws SQLException {
        List<String> errors = new ArrayList<>();
        try (Connection connection = database.open()) {
            Database.query(connection, CONSISTENT, row -> {
                long accounts = row.getLong("accounts");
                if (accounts != row.getLong("tellers")
                        || accounts != row.getLong("branches")
                        || accounts != row.getLong("history")) {
                    errors.add("accounts, tellers, branches and history of TPC-B differ");
                }
            });
        }
        return errors;
    }

    private String execute(Database database, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(program.toString()).redirectErrorStream(true);
        builder.command().addAll(List.of(arguments));
        builder.environment().put("PGHOST", database.host());
        builder.environment().put("PGPORT", Integer.toString(database.port()));
        builder.environment().put("PGUSER", database.user());
        builder.environment().put("PGPASSWORD", database.password());
        builder.environment().put("PGDATABASE", database.name());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new BenchException("pgbench failed:\n" + output);
        }
        return output;
    }

    private static String match(Pattern pattern, String output) {
        Matcher matcher = pattern.matcher(output);
        if (!matcher.find()) {
            throw new BenchException("pgbench printed no figures:\n" + output);
        }
        return matcher.group(1);
    }
}
