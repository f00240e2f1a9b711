package dev.jangbu.api.database;

import dev.jangbu.api.testbed.Folders;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.flywaydb.core.Flyway;

/** A real PostgreSQL server with the payments database, migrated by its owner. */
public final class PaymentsDatabase implements AutoCloseable {

    public static final String PASSWORD = "secret";

    private final Path directory;
    private EmbeddedPostgres server;

    public PaymentsDatabase() throws IOException, SQLException {
        directory = Folders.temporary("test-payments-database");
        server = start(0);
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            run(statement, "10-roles.sql");
            for (String role : new String[] {"jangbu_owner", "jangbu_payment", "jangbu_maintenance", "jangbu_audit"}) {
                statement.execute("ALTER ROLE " + role + " PASSWORD '" + PASSWORD + "'");
            }
            run(statement, "20-databases.sql");
            run(statement, "30-privileges.sql");
        }
        Flyway.configure().dataSource(url(), "jangbu_owner", PASSWORD).load().migrate();
    }

    /** Creates the replication slot of the outbox. Without it the service refuses payments. */
    public void createReplicationSlot() throws SQLException {
        try (Connection connection = asSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_create_logical_replication_slot('jangbu_outbox', 'pgoutput')");
        }
    }

    /** host:port of the server. */
    public String address() {
        return "127.0.0.1:" + server.getPort();
    }

    /** A new connection as one of the roles. */
    public Connection as(String role) throws SQLException {
        return DriverManager.getConnection(url(), role, PASSWORD);
    }

    /** A new connection as the server's superuser. */
    public Connection asSuperuser() throws SQLException {
        return server.getDatabase("postgres", "jangbu_payment").getConnection();
    }

    /** Restarts the server on the same port and data directory; ends all sessions. */
    public void restart() throws IOException {
        int port = server.getPort();
        server.close();
        server = start(port);
    }

    /** Durable against a killed server, but not against a crash of the machine. */
    private EmbeddedPostgres start(int port) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(directory)
                .setCleanDataDirectory(false)
                .setServerConfig("wal_level", "logical")
                .setServerConfig("logging_collector", "on")
                .setServerConfig("log_destination", "jsonlog")
                .setServerConfig("synchronous_commit", "on");
        return port == 0 ? builder.start() : builder.setPort(port).start();
    }

    /** The server's log so far, one JSON object in each line. */
    public String log() throws SQLException {
        try (Connection connection = asSuperuser();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_read_file(pg_current_logfile('jsonlog'))")) {
            row.next();
            return row.getString(1);
        }
    }

    private String url() {
        return "jdbc:postgresql://" + address() + "/jangbu_payment";
    }

    /** Runs single statements: CREATE DATABASE is not allowed in a multi-statement command. */
    private static void run(Statement statement, String script) throws IOException, SQLException {
        try (InputStream in = PaymentsDatabase.class.getResourceAsStream("/postgres/" + script)) {
            String text = new String(Objects.requireNonNull(in, script).readAllBytes(), StandardCharsets.UTF_8);
            for (String sql : text.replaceAll("(?m)^--.*$", "").split(";", -1)) {
                if (!sql.isBlank()) {
                    statement.execute(sql);
                }
            }
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Folders.delete(directory);
    }
}
