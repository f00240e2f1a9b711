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

/** PostgreSQL's own benchmark: five statements of TPC-B's kind in a transaction, prepared. */
final class PgBench {

    static final String NAME = "pgbench TPC-B";

    private static final Pattern PER_SECOND = Pattern.compile("(?m)^tps = ([0-9.]+)");
    private static final Pattern TRANSACTIONS = Pattern.compile("actually processed: ([0-9]+)");
    private static final int CLIENTS = 8;
    /** Branches: more than clients, so that they seldom wait for the same row. */
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

    /** What it printed at the end. */
    record Ran(double perSecond, long transactions) {}

    /** Where it is installed, if it is. */
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

    Ran run(Database database, int seconds) throws IOException, InterruptedException {
        String said = execute(
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
        return new Ran(Double.parseDouble(found(PER_SECOND, said)), Long.parseLong(found(TRANSACTIONS, said)));
    }

    /** Why a round is refused: its own rule of consistency. */
    List<String> refusals(Database database) throws SQLException {
        List<String> refusals = new ArrayList<>();
        try (Connection connection = database.open()) {
            Database.query(connection, CONSISTENT, row -> {
                long accounts = row.getLong("accounts");
                if (accounts != row.getLong("tellers")
                        || accounts != row.getLong("branches")
                        || accounts != row.getLong("history")) {
                    refusals.add("accounts, tellers, branches and history of TPC-B differ");
                }
            });
        }
        return refusals;
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
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new BenchException("pgbench failed:\n" + said);
        }
        return said;
    }

    private static String found(Pattern pattern, String said) {
        Matcher matcher = pattern.matcher(said);
        if (!matcher.find()) {
            throw new BenchException("pgbench said what can't be understood:\n" + said);
        }
        return matcher.group(1);
    }
}
