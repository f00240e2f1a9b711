package dev.jangbu.benchmarks;

import dev.jangbu.operator.installation.Installation;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/**
 * A database on the stack's server, accessed as superuser, so that a peer uses the same server with the same settings.
 */
record Database(String host, int port, String name, String user, String password) {

    private static final String SUPERUSER = "postgres";

    /** Creates the database, dropping an existing one. */
    static Database create(Installation stack, String name) throws SQLException {
        try (Connection connection = stack.openAs(SUPERUSER);
                Statement statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
            statement.execute("CREATE DATABASE " + name);
        }
        return of(stack, name);
    }

    static Database of(Installation stack, String name) {
        URI server = URI.create("//" + stack.postgres());
        return new Database(server.getHost(), server.getPort(), name, SUPERUSER, stack.password(SUPERUSER));
    }

    Connection open() throws SQLException {
        return DriverManager.getConnection(url(), user, password);
    }

    String url() {
        return "jdbc:postgresql://%s:%d/%s".formatted(host, port, name);
    }

    /** The environment variables of a peer. */
    Map<String, String> environment() {
        return Map.of("PEER_JDBC_URL", url(), "PEER_JDBC_USER", user, "PEER_JDBC_PASSWORD", password);
    }

    /** Reads one row. */
    @FunctionalInterface
    interface RowReader {
        void read(ResultSet row) throws SQLException;
    }

    static void query(Connection connection, String sql, RowReader rows) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                rows.read(result);
            }
        }
    }

    /** Omits the password. */
    @Override
    public String toString() {
        return "Database[" + url() + "]";
    }
}
