package dev.jangbu.ledger.database;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** A consistent snapshot of a ledger database: one repeatable-read transaction of the role jangbu_audit. */
public final class Snapshot implements AutoCloseable {

    private final Connection connection;
    private final JdbcClient jdbc;

    private Snapshot(Connection connection) {
        this.connection = connection;
        this.jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
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
        properties.setProperty("socketTimeout", "900");
        properties.setProperty("tcpKeepAlive", "true");
        Connection connection = DriverManager.getConnection(Database.url(postgres, database), properties);
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setAutoCommit(false);
        return new Snapshot(connection);
    }

    /** A statement in the snapshot. */
    public JdbcClient.StatementSpec sql(String sql) {
        return jdbc.sql(sql);
    }

    /** The last journal number of each book. */
    public Map<Integer, Long> heads() {
        Map<Integer, Long> heads = new TreeMap<>();
        sql("SELECT book, last_no FROM books").query(row -> {
            heads.put(row.getInt("book"), row.getLong("last_no"));
        });
        return heads;
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
