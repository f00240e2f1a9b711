package dev.jangbu.ledger.database;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** A consistent snapshot of a ledger database: one repeatable-read transaction of the role jangbu_audit. */
public final class Snapshot implements AutoCloseable {

    private final Connection connection;

    private Snapshot(Connection connection) {
        this.connection = connection;
    }

    /**
     * Connects. The first query takes the snapshot.
     *
     * @param postgres the server, host:port
     * @param database the database's name
     * @param password of the role jangbu_audit
     */
    public static Snapshot open(String postgres, String database, String password) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "jangbu_audit");
        properties.setProperty("password", password);
        properties.setProperty("ApplicationName", "ledger audit");
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("tcpKeepAlive", "true");
        Connection connection = DriverManager.getConnection(Database.url(postgres, database), properties);
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setAutoCommit(false);
        return new Snapshot(connection);
    }

    public Connection connection() {
        return connection;
    }

    /** Releases the snapshot; the next query takes a new one. */
    public void renew() throws SQLException {
        connection.rollback();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
