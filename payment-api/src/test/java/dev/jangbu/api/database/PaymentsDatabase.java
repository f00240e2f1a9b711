package dev.jangbu.api.database;

import dev.jangbu.testsupport.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;

/** A payments database on the server of {@link TestPostgres}, migrated by its owner. */
public final class PaymentsDatabase implements AutoCloseable {

    private static final String DEPLOYED = "jangbu_payment";

    private final String name;

    private PaymentsDatabase(String name) {
        this.name = name;
        Flyway.configure()
                .dataSource(TestPostgres.url(name), TestPostgres.OWNER, TestPostgres.PASSWORD)
                .load()
                .migrate();
    }

    /** The database with the name that deployments use. */
    public static PaymentsDatabase deployed() {
        return new PaymentsDatabase(DEPLOYED);
    }

    /** Another database with the same owner and privileges. */
    public static PaymentsDatabase create(String name) {
        TestPostgres.create(name, DEPLOYED);
        return new PaymentsDatabase(name);
    }

    public String name() {
        return name;
    }

    /**
     * Creates the replication slot of the outbox. Without it the service refuses payments. Only one database of the server
     * can have it, because its name is unique on the server.
     */
    public void createReplicationSlot() throws SQLException {
        execute("SELECT pg_create_logical_replication_slot('jangbu_outbox', 'pgoutput')");
    }

    public void dropReplicationSlot() throws SQLException {
        execute("SELECT pg_drop_replication_slot('jangbu_outbox')");
    }

    /** Runs statements as the server's superuser. */
    public void execute(String statements) throws SQLException {
        try (Connection connection = asSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }

    /** A new connection as one of the roles. */
    public Connection as(String role) throws SQLException {
        return TestPostgres.connect(name, role);
    }

    /** A new connection as the server's superuser. */
    public Connection asSuperuser() throws SQLException {
        return as(TestPostgres.SUPERUSER);
    }

    /** Drops the database and cuts its connections. Its replication slot must be dropped before. */
    @Override
    public void close() {
        TestPostgres.drop(name);
    }
}
