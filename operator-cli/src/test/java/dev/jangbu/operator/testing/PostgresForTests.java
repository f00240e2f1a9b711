package dev.jangbu.operator.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL server in this JVM with the stack's roles and databases and the services' migrations. */
public final class PostgresForTests {

    /** The password of every role. */
    public static final String PASSWORD = "secret";

    private static final EmbeddedPostgres SERVER = start();

    private PostgresForTests() {}

    /** A connection to a database as one of the stack's roles or as {@code postgres}. */
    public static Connection connect(String database, String role) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://localhost:%d/%s".formatted(SERVER.getPort(), database), role, PASSWORD);
    }

    /** The server's host:port. */
    public static String address() {
        return "localhost:" + SERVER.getPort();
    }

    private static EmbeddedPostgres start() {
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setPGStartupWait(Duration.ofMinutes(2))
                    .start();
            try (Connection superuser = server.getPostgresDatabase().getConnection();
                    Statement statement = superuser.createStatement()) {
                for (String script : List.of("10-roles.sql", "20-databases.sql", "30-privileges.sql")) {
                    for (String sql : statements(Path.of("..", "local-stack", "postgres", script))) {
                        statement.execute(sql);
                    }
                }
                for (String role : roles(statement)) {
                    statement.execute("ALTER ROLE " + role + " PASSWORD '" + PASSWORD + "'");
                }
            }
            migrate(server, "jangbu_payment", "payment-api");
            migrate(server, "jangbu_ledger", "ledger-service");
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> roles(Statement statement) throws SQLException {
        List<String> roles = new ArrayList<>();
        try (ResultSet row = statement.executeQuery("SELECT rolname FROM pg_roles WHERE rolcanlogin")) {
            while (row.next()) {
                roles.add(row.getString(1));
            }
        }
        return roles;
    }

    private static List<String> statements(Path script) throws IOException {
        return Arrays.stream(
                        Files.readString(script).replaceAll("(?m)--.*$", "").split(";", -1))
                .filter(sql -> !sql.isBlank())
                .toList();
    }

    private static void migrate(EmbeddedPostgres server, String database, String module)
            throws IOException, SQLException {
        Path migrations = Path.of("..", module, "src", "main", "resources", "db", "migration");
        try (Stream<Path> files = Files.list(migrations);
                Connection owner = DriverManager.getConnection(
                        "jdbc:postgresql://localhost:%d/%s".formatted(server.getPort(), database),
                        "jangbu_owner",
                        PASSWORD);
                Statement statement = owner.createStatement()) {
            for (Path file : files.filter(each -> each.toString().endsWith(".sql"))
                    .sorted(Comparator.comparingInt(PostgresForTests::version))
                    .toList()) {
                statement.execute(Files.readString(file));
            }
        }
    }

    private static int version(Path file) {
        String name = file.getFileName().toString();
        return Integer.parseInt(name.substring(1, name.indexOf('_')));
    }
}
