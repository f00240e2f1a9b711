package dev.jangbu.ledger.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;

/**
 * Connection pools to a ledger database, as role {@code jangbu_ledger}: one pool for posting, and one of two
 * connections for reads, so that reads never delay posting. Connections are opened on first use.
 */
public final class Database implements AutoCloseable {

    /** PostgreSQL ends longer transactions: a paused instance must not keep the lock of a book. */
    static final Duration TRANSACTION_LIMIT = Duration.ofSeconds(10);

    /**
     * A connection on which no answer arrives for so long is closed. Longer than the server's limits, so that the server
     * reports the timeout first.
     */
    private static final Duration ANSWER_LIMIT = TRANSACTION_LIMIT.plusSeconds(2);

    /** The name of the service's database. */
    public static final String NAME = "jangbu_ledger";

    private static final String ROLE = "jangbu_ledger";

    private final HikariDataSource posting;
    private final HikariDataSource reading;

    /**
     * @param postgres the server, host:port
     * @param name the database
     * @param password of the role jangbu_ledger
     * @param writerThreads the number of connections for posting
     */
    public Database(String postgres, String name, String password, int writerThreads) {
        String url = url(postgres, name);
        this.posting = pool("posting", url, password, writerThreads, false);
        this.reading = pool("reading", url, password, 2, true);
    }

    /** The pool for posting. */
    public DataSource forPosting() {
        return posting;
    }

    /** The pool for reads; its connections are read-only. */
    public DataSource forReading() {
        return reading;
    }

    @Override
    public void close() {
        posting.close();
        reading.close();
    }

    /** The JDBC URL of a database. */
    static String url(String postgres, String name) {
        return "jdbc:postgresql://" + postgres + "/" + name;
    }

    private static HikariDataSource pool(String name, String url, String password, int connections, boolean readOnly) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(url);
        config.setUsername(ROLE);
        config.setPassword(password);
        config.setMaximumPoolSize(connections);
        config.setReadOnly(readOnly);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(Duration.ofSeconds(3).toMillis());
        config.setInitializationFailTimeout(-1);
        config.setDataSourceProperties(driverProperties(name));
        return new HikariDataSource(config);
    }

    private static Properties driverProperties(String name) {
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", "ledger-service " + name);
        properties.setProperty("connectTimeout", "3");
        properties.setProperty("socketTimeout", Long.toString(ANSWER_LIMIT.toSeconds()));
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty(
                "options",
                "-c idle_in_transaction_session_timeout=%1$ds -c transaction_timeout=%1$ds"
                        .formatted(TRANSACTION_LIMIT.toSeconds()));
        return properties;
    }
}
