package dev.jangbu.local;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** Connections to a running stack's databases, as a role of {@code dev.json}. */
final class RoleConnection {

    private RoleConnection() {}

    /**
     * Opens one.
     *
     * @param libpqUri {@code postgresql://user:password@host:port/database}; it is in no message
     */
    static Connection open(String libpqUri) {
        URI uri = URI.create(libpqUri);
        String[] user = uri.getUserInfo().split(":", 2);
        Properties properties = new Properties();
        properties.setProperty("user", user[0]);
        properties.setProperty("password", user[1]);
        properties.setProperty("connectTimeout", "5");
        String server = "%s:%d%s".formatted(uri.getHost(), uri.getPort(), uri.getPath());
        try {
            return DriverManager.getConnection("jdbc:postgresql://" + server, properties);
        } catch (SQLException e) {
            throw new CommandException("PostgreSQL at %s: %s".formatted(server, e.getMessage()), e);
        }
    }
}
