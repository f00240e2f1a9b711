package dev.jangbu.ledger.database;

import dev.jangbu.testsupport.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** The migrated database jangbu_ledger on the server of {@link TestPostgres}, one for all tests of the JVM. */
public final class LedgerDatabase {

    public static final String LEDGER = "jangbu_ledger";
    public static final String AUDIT = "jangbu_audit";

    private static final String MIGRATED = "jangbu_ledger_migrated";
    private static final String BACKUP = "jangbu_ledger_backup";

    static {
        new Migrations(TestPostgres.address(), Database.NAME, TestPostgres.PASSWORD).run();
        TestPostgres.save(Database.NAME, MIGRATED);
    }

    private LedgerDatabase() {}

    /** Replaces the database by a new, migrated one. Closes connections to the old one. */
    public static void fresh() {
        TestPostgres.restore(Database.NAME, MIGRATED);
    }

    /** Empties the tables. Faster than {@link #fresh()}; connections stay open. */
    public static void empty() throws SQLException {
        try (Connection connection = connect(TestPostgres.SUPERUSER);
                Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            statement.execute("TRUNCATE accounts, balances, books, journals, lines");
        }
    }

    /** Saves the database for {@link #restore()}. */
    public static void backUp() {
        TestPostgres.save(Database.NAME, BACKUP);
    }

    /** Restores the database of {@link #backUp()}. */
    public static void restore() {
        TestPostgres.restore(Database.NAME, BACKUP);
    }

    /** A new connection to the database as one of the roles. */
    public static Connection connect(String role) throws SQLException {
        return TestPostgres.connect(Database.NAME, role);
    }
}
