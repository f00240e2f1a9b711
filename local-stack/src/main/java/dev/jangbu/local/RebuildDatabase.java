package dev.jangbu.local;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Pattern;

/** The database that a ledger is rebuilt into: made and dropped as the server's superuser, whom a local stack has. */
final class RebuildDatabase {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

    private final DevJson stack;
    private final String name;

    /** @throws CommandException if the name needs quotes */
    RebuildDatabase(DevJson stack, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new CommandException("A database's name must be of a-z 0-9 _ and begin with a letter.");
        }
        this.stack = stack;
        this.name = name;
    }

    /**
     * Creates it, as the database jangbu_ledger is created.
     *
     * @throws CommandException if it exists
     */
    void create() throws SQLException {
        try (Connection connection = superuser();
                Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery("SELECT FROM pg_database WHERE datname = '" + name + "'")) {
                if (row.next()) {
                    throw new CommandException(
                            "The database %s exists already: name another with --into, or drop it first with --fresh."
                                    .formatted(name));
                }
            }
            statement.execute("CREATE DATABASE " + name + " OWNER jangbu_owner");
            statement.execute("REVOKE ALL ON DATABASE " + name + " FROM PUBLIC");
            statement.execute("GRANT CONNECT ON DATABASE " + name + " TO jangbu_ledger, jangbu_audit");
        }
    }

    /** Removes it, if it is there. */
    void drop() throws SQLException {
        try (Connection connection = superuser();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
        }
    }

    private Connection superuser() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://" + LedgerProgram.address(stack) + "/postgres",
                "postgres",
                LedgerProgram.password(stack, "postgres"));
    }
}
