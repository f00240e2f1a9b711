package dev.jangbu.payment.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.flywaydb.core.Flyway;

/** A real PostgreSQL server with the payments database, migrated by its owner. */
final class PaymentsDatabase implements AutoCloseable {

    private static final String PASSWORD = "secret";

    private final EmbeddedPostgres server;

    PaymentsDatabase() throws IOException, SQLException {
        server = EmbeddedPostgres.builder()
                .setServerConfig("wal_level", "logical")
                .start();
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

    Connection as(String role) throws SQLException {
        return DriverManager.getConnection(url(), role, PASSWORD);
    }

    private String url() {
        return "jdbc:postgresql://localhost:" + server.getPort() + "/jangbu_payment";
    }

    /** Statement by statement: CREATE DATABASE is refused among others. */
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
    public void close() throws IOException {
        server.close();
    }
}
