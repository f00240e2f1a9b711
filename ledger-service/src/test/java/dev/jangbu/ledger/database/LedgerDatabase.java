package dev.jangbu.ledger.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;

/** A real PostgreSQL server with the migrated database jangbu_ledger, one for all tests of the JVM. */
public final class LedgerDatabase {

    public static final String OWNER = "jangbu_owner";
    public static final String LEDGER = "jangbu_ledger";
    public static final String AUDIT = "jangbu_audit";
    public static final String SUPERUSER = "postgres";
    public static final String PASSWORD = "secret";

    private static final EmbeddedPostgres SERVER = start();

    private LedgerDatabase() {}

    /** Replaces the database by a new, migrated one. Closes connections to the old one. */
    public static void fresh() {
        replaceBy("jangbu_ledger_migrated");
    }

    /** Empties the tables. Faster than {@link #fresh()}; connections stay open. */
    public static void empty() throws SQLException {
        try (Connection connection = connect(SUPERUSER);
                Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            statement.execute("TRUNCATE accounts, balances, books, journals, lines");
        }
    }

    /** Saves the database for {@link #restore()}. */
    public static void backUp() {
        asSuperuser(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'jangbu_ledger'",
                "DROP DATABASE IF EXISTS jangbu_ledger_backup",
                "CREATE DATABASE jangbu_ledger_backup OWNER jangbu_owner TEMPLATE jangbu_ledger");
    }

    /** Restores the database of {@link #backUp()}. */
    public static void restore() {
        replaceBy("jangbu_ledger_backup");
    }

    /** Creates another database, without tables. */
    public static void create(String name) {
        asSuperuser("CREATE DATABASE " + name + " OWNER jangbu_owner");
    }

    /** The server, host:port. */
    public static String address() {
        return "localhost:" + SERVER.getPort();
    }

    /** A new connection to the database as one of the roles. */
    public static Connection connect(String role) throws SQLException {
        return DriverManager.getConnection(Database.url(address(), Database.NAME), role, PASSWORD);
    }

    public static void asSuperuser(String... statements) {
        try (Connection connection = SERVER.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static EmbeddedPostgres start() {
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setServerConfig("max_connections", "50")
                    // The data need not survive a crash of the machine.
                    .setServerConfig("fsync", "off")
                    .setServerConfig("full_page_writes", "off")
                    .start();
            createTemplate(server);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void createTemplate(EmbeddedPostgres server) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            run(statement, "10-roles.sql");
            for (String role : new String[] {OWNER, LEDGER, AUDIT}) {
                statement.execute("ALTER ROLE " + role + " PASSWORD '" + PASSWORD + "'");
            }
            run(statement, "20-databases.sql");
            new Migrations("localhost:" + server.getPort(), PASSWORD).run();
            statement.execute("ALTER DATABASE jangbu_ledger RENAME TO jangbu_ledger_migrated");
        }
    }

    private static void replaceBy(String template) {
        asSuperuser(
                "DROP DATABASE IF EXISTS jangbu_ledger WITH (FORCE)",
                "CREATE DATABASE jangbu_ledger OWNER jangbu_owner TEMPLATE " + template,
                // CREATE DATABASE does not copy the privileges of its template.
                script("30-privileges.sql"));
    }

    /** Runs each statement alone: CREATE DATABASE is refused in a batch. */
    private static void run(Statement statement, String script) throws SQLException {
        for (String sql : script(script).replaceAll("(?m)^--.*$", "").split(";", -1)) {
            if (!sql.isBlank()) {
                statement.execute(sql);
            }
        }
    }

    private static String script(String name) {
        try (InputStream in = LedgerDatabase.class.getResourceAsStream("/postgres/" + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
