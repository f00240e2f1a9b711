package dev.jangbu.local;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A real server for the tests of this JVM, with the stack's roles and the services' own migrations. */
public final class PostgresForTests {

    private static final String PASSWORD = "secret";
    private static final EmbeddedPostgres SERVER = start();

    private PostgresForTests() {}

    /** A connection to one of the databases, as one of the roles, or as {@code postgres}. */
    public static Connection connect(String database, String role) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://localhost:%d/%s".formatted(SERVER.getPort(), database), role, PASSWORD);
    }

    private static EmbeddedPostgres start() {
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder().start();
            try (Connection superuser = server.getPostgresDatabase().getConnection();
                    Statement statement = superuser.createStatement()) {
                for (String script : List.of("10-roles.sql", "20-databases.sql", "30-privileges.sql")) {
                    for (String sql : Postgres.statements(Files.readString(Path.of("postgres", script)))) {
                        statement.execute(sql);
                    }
                }
                for (String role : Secrets.ROLES) {
                    statement.execute("ALTER ROLE " + role + " PASSWORD '" + PASSWORD + "'");
                }
                statement.execute("ALTER ROLE postgres PASSWORD '" + PASSWORD + "'");
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
