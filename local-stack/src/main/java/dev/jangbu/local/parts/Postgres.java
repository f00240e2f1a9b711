package dev.jangbu.local.parts;

import dev.jangbu.local.stack.DataDirectory;
import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Ports;
import dev.jangbu.local.stack.PrivateFile;
import dev.jangbu.local.stack.Secrets;
import dev.jangbu.local.stack.Stack;
import dev.jangbu.local.supervision.LaunchSpec;
import dev.jangbu.local.supervision.StackProcess;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.installation.Probe;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;

/** The PostgreSQL server with its roles and databases. The services' migrations create the tables. */
record Postgres(Stack stack) implements StackProcess {

    /** The setup scripts in order. A statement is skipped if its role or database exists. */
    static final List<String> SCRIPTS = List.of("10-roles.sql", "20-databases.sql", "30-privileges.sql");

    private static final Set<String> DUPLICATE_OBJECT_STATES = Set.of("42710", "42P04");

    @Override
    public PartName name() {
        return PartName.POSTGRES;
    }

    @Override
    public void prepare() throws Exception {
        if (Files.exists(cluster())) {
            return;
        }
        // Created elsewhere and moved when complete: an interrupted initdb leaves half a cluster.
        Path incomplete = stack.data().root().resolve("postgres-new");
        Path passwordFile = stack.data().root().resolve("postgres-password");
        DataDirectory.delete(incomplete);
        PrivateFile.write(passwordFile, stack.secrets().password("postgres"));
        try {
            run(asNonRoot(
                    program("initdb"),
                    "-D",
                    incomplete.toString(),
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
        Files.move(incomplete, cluster(), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public LaunchSpec launchSpec() {
        List<String> command = asNonRoot(
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
        // INT is the fast shutdown: it ends all sessions and writes a checkpoint.
        return new LaunchSpec(command, Map.of(), "INT", 15);
    }

    @Override
    public boolean isReady() throws SQLException {
        if (!Probe.isListening(stack.ports().address(PartName.POSTGRES))) {
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
                for (String sql : splitStatements(Files.readString(shared(script)))) {
                    executeUnlessExists(statement, sql);
                }
            }
            for (String role : Secrets.ROLES) {
                // A password consists of hexadecimal digits and needs no quoting.
                statement.execute(
                        "ALTER ROLE " + role + " PASSWORD '" + stack.secrets().password(role) + "'");
            }
        }
    }

    /** A connection as the superuser. */
    Connection superuser(String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "postgres");
        properties.setProperty("password", stack.secrets().password("postgres"));
        properties.setProperty("connectTimeout", "2");
        properties.setProperty("socketTimeout", "20");
        return DriverManager.getConnection(
                "jdbc:postgresql://" + stack.ports().address(PartName.POSTGRES) + "/" + database, properties);
    }

    /** Splits a script into statements without comments. A semicolon may only end a statement. */
    static List<String> splitStatements(String script) {
        return Arrays.stream(script.replaceAll("(?m)--.*$", "").split(";"))
                .filter(statement -> !statement.isBlank())
                .map(String::strip)
                .toList();
    }

    private static void executeUnlessExists(Statement statement, String sql) throws SQLException {
        try {
            statement.execute(sql);
        } catch (SQLException e) {
            if (!DUPLICATE_OBJECT_STATES.contains(e.getSQLState())) {
                throw e;
            }
        }
    }

    private Path cluster() {
        return stack.data().root().resolve("postgres");
    }

    private Path shared(String file) {
        return stack.home().resolve("local-stack/postgres").resolve(file);
    }

    private String program(String name) {
        try {
            Path programs = PostgresBinaries.unpackInto(stack.home().resolve("local-stack/target/postgres"));
            return programs.resolve("bin").resolve(name).toString();
        } catch (IOException e) {
            throw new CommandException("The PostgreSQL programs can't be unpacked: " + e, e);
        }
    }

    /** PostgreSQL refuses to run as root. A user namespace makes it another user and keeps it a direct child. */
    private static List<String> asNonRoot(String... command) {
        return Stream.concat(
                        System.getProperty("user.name").equals("root") ? Stream.of("unshare", "-U") : Stream.of(),
                        Stream.of(command))
                .toList();
    }

    private void run(List<String> command) throws IOException, InterruptedException {
        Path log = stack.data().logFile("postgres-initdb");
        Process process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (process.waitFor() != 0) {
            throw new CommandException("initdb failed; see " + log);
        }
    }
}
