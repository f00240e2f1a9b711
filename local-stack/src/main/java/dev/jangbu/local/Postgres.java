package dev.jangbu.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/** The PostgreSQL server, with its roles and databases. Tables are made by the services' migrations. */
record Postgres(Stack stack) implements Part {

    /** In this order; each statement may have been executed before. */
    static final List<String> SCRIPTS = List.of("10-roles.sql", "20-databases.sql", "30-privileges.sql");

    private static final Set<String> EXISTS_ALREADY = Set.of("42710", "42P04");

    @Override
    public PartName name() {
        return PartName.POSTGRES;
    }

    @Override
    public Set<PartName> after() {
        return Set.of();
    }

    @Override
    public void prepare() throws Exception {
        if (Files.exists(cluster())) {
            return;
        }
        // Made aside and moved when complete: an initdb that was interrupted would leave half a cluster.
        Path half = stack.data().root().resolve("postgres-new");
        Path passwordFile = stack.data().root().resolve("postgres-password");
        DataDirectory.delete(half);
        PrivateFile.write(passwordFile, stack.secrets().password("postgres"));
        try {
            run(asServerUser(
                    program("initdb"),
                    "-D",
                    half.toString(),
                    "-U",
                    "postgres",
                    "-A",
                    "scram-sha-256",
                    "--pwfile=" + passwordFile,
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--no-locale"));
        } finally {
            Files.deleteIfExists(passwordFile);
        }
        Files.move(half, cluster(), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public Launch launch() {
        List<String> command = asServerUser(
                program("postgres"),
                "-D",
                cluster().toString(),
                "-c",
                "config_file=" + shared("postgresql.conf"),
                "-c",
                "port=" + stack.ports().of(PartName.POSTGRES),
                "-c",
                "listen_addresses=" + Ports.HOST,
                "-c",
                "unix_socket_directories=");
        // INT is the server's fast shutdown: sessions are ended, everything is written.
        return new Launch(command, Map.of(), "INT", 15);
    }

    @Override
    public boolean isReady() throws SQLException {
        if (!Probe.listens(stack.ports().of(PartName.POSTGRES))) {
            return false;
        }
        try (Connection connection = superuser("postgres")) {
            return connection.isValid(2);
        }
    }

    @Override
    public void provision() throws Exception {
        try (Connection connection = superuser("postgres");
                Statement statement = connection.createStatement()) {
            for (String script : SCRIPTS) {
                for (String sql : statements(Files.readString(shared(script)))) {
                    executeOnce(statement, sql);
                }
            }
            for (String role : Secrets.ROLES) {
                // Made of hexadecimal digits: nothing to quote.
                statement.execute(
                        "ALTER ROLE " + role + " PASSWORD '" + stack.secrets().password(role) + "'");
            }
        }
    }

    /** A connection of the server's superuser. */
    Connection superuser(String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "postgres");
        properties.setProperty("password", stack.secrets().password("postgres"));
        properties.setProperty("connectTimeout", "2");
        properties.setProperty("socketTimeout", "20");
        return DriverManager.getConnection(
                "jdbc:postgresql://" + stack.ports().address(PartName.POSTGRES) + "/" + database, properties);
    }

    /** The statements of a script that has no semicolons but at the ends of statements, without its comments. */
    static List<String> statements(String script) {
        List<String> statements = new ArrayList<>();
        for (String statement : script.replaceAll("(?m)--.*$", "").split(";", -1)) {
            if (!statement.isBlank()) {
                statements.add(statement.strip());
            }
        }
        return statements;
    }

    private static void executeOnce(Statement statement, String sql) throws SQLException {
        try {
            statement.execute(sql);
        } catch (SQLException e) {
            if (!EXISTS_ALREADY.contains(e.getSQLState())) {
                throw e;
            }
        }
    }

    private Path cluster() {
        return stack.data().root().resolve("postgres");
    }

    private Path shared(String file) {
        return stack.home().resolve("local-stack").resolve("postgres").resolve(file);
    }

    private String program(String name) {
        try {
            Path cache = stack.home().resolve("local-stack").resolve("target").resolve("postgres");
            return PostgresBinaries.in(cache).resolve("bin").resolve(name).toString();
        } catch (IOException e) {
            throw new CommandException("PostgreSQL's programs can't be unpacked: " + e, e);
        }
    }

    /** PostgreSQL refuses to run as root; in a user namespace of its own it isn't root, and still our direct child. */
    private static List<String> asServerUser(String... command) {
        List<String> prefixed = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            prefixed.addAll(List.of("unshare", "-U"));
        }
        prefixed.addAll(List.of(command));
        return prefixed;
    }

    private void run(List<String> command) throws IOException, InterruptedException {
        Path log = stack.data().logFile("postgres-initdb");
        Process process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (process.waitFor() != 0) {
            throw new CommandException("PostgreSQL's data directory can't be made; see " + log);
        }
    }
}
