package dev.jangbu.operator.ledger;

import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.installation.Installation;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Pattern;

/** Creates and drops the database of {@code ledger rebuild}, as the server's superuser {@code postgres}. */
record RebuildDatabase(Installation installation, String name) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

    /** @throws CommandException if the name would need quotes in SQL */
    RebuildDatabase {
        if (!NAME.matcher(name).matches()) {
            throw new CommandException("--into is '%s': use a-z, 0-9 and _, starting with a letter.".formatted(name));
        }
    }

    /**
     * Creates it with the privileges of the database jangbu_ledger.
     *
     * @throws CommandException if it exists
     */
    void create() throws SQLException {
        try (Connection connection = installation.openAs("postgres");
                Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery("SELECT FROM pg_database WHERE datname = '" + name + "'")) {
                if (row.next()) {
                    throw new CommandException(
                            "The database %s exists: choose another with --into, or drop it first with --fresh."
                                    .formatted(name));
                }
            }
            statement.execute("CREATE DATABASE " + name + " OWNER jangbu_owner");
            statement.execute("REVOKE ALL ON DATABASE " + name + " FROM PUBLIC");
            statement.execute("GRANT CONNECT ON DATABASE " + name + " TO jangbu_ledger, jangbu_audit");
        }
    }

    /** Drops it if it exists. */
    void drop() throws SQLException {
        try (Connection connection = installation.openAs("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
        }
    }
}
