package dev.jangbu.ledger.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;

/**
 * The connections to the database {@code jangbu_ledger}, as role {@code jangbu_ledger}: some for posting, two
 * for reading, so that no reader ever makes a book wait. Nothing is opened before it is used.
 */
public final class Database implements AutoCloseable {

    /**
     * The server ends a transaction, and its hold on a book, that its client left open for so long: a paused instance
     * must not stop its successor.
     */
    static final Duration TRANSACTION_LIMIT = Duration.ofSeconds(10);

    /** The name of the database that the service works on. */
    public static final String NAME = "jangbu_ledger";

    private static final String ROLE = "jangbu_ledger";

    private final HikariDataSource posting;
    private final HikariDataSource reading;

    /**
     * @param postgres the server, host:port
     * @param password of the role jangbu_ledger
     * @param booksAtOnce how many threads post at a time
     */
    public Database(String postgres, String password, int booksAtOnce) {
        this(postgres, NAME, password, booksAtOnce);
    }

    private Database(String postgres, String name, String password, int booksAtOnce) {
        String url = url(postgres, name);
        this.posting = pool("posting", url, password, booksAtOnce, false);
        this.reading = pool("reading", url, password, 2, true);
    }

    /** Another database of the same tables, into which several threads post, each its own books. */
    public static Database toRebuild(String postgres, String name, String password, int threads) {
        return new Database(postgres, name, password, threads);
    }

    /** For the threads that post. */
    public DataSource forPosting() {
        return posting;
    }

    /** For reads; its transactions are read-only. */
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
        // Longer than the server's limits, so that the server answers first and says why.
        properties.setProperty(
                "socketTimeout", Long.toString(TRANSACTION_LIMIT.multipliedBy(2).toSeconds()));
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty(
                "options",
                "-c idle_in_transaction_session_timeout=%1$ds -c transaction_timeout=%1$ds"
                        .formatted(TRANSACTION_LIMIT.toSeconds()));
        return properties;
    }
}
