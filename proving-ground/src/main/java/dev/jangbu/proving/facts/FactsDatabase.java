package dev.jangbu.proving.facts;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.function.LongConsumer;
import org.duckdb.DuckDBConnection;

/**
 * A DuckDB database file with the tables and macros of {@code facts.sql}. DuckDB runs in this process, outside the
 * heap, and spills to disk above {@link #MEMORY_LIMIT}.
 */
public final class FactsDatabase implements AutoCloseable {

    static final String MEMORY_LIMIT = "96MB";

    /**
     * With one or two threads, the groups of an aggregation do not spill. All threads are the callers', so that one works
     * on a statement.
     */
    private static final String THREADS = "4";

    private final String url;
    private final Properties settings = new Properties();
    private final DuckDBConnection connection;

    private final LongConsumer examined;

    /**
     * Creates the file and its tables. DuckDB spills to a directory beside it.
     *
     * @param examined receives 1 for each row that is added
     */
    public FactsDatabase(Path file, LongConsumer examined) throws SQLException, IOException {
        this.examined = examined;
        this.url = "jdbc:duckdb:" + file;
        settings.put("memory_limit", MEMORY_LIMIT);
        settings.put("threads", THREADS);
        settings.put("external_threads", THREADS);
        settings.put("temp_directory", file + ".spill");
        settings.put("preserve_insertion_order", "false");
        settings.put("enable_external_access", "false");
        settings.put("jdbc_stream_results", "true");
        this.connection = open();
        execute(SqlFile.read(FactsDatabase.class, "facts.sql").text());
    }

    /** Receives one row. */
    @FunctionalInterface
    public interface RowReader {
        void read(ResultSet row) throws SQLException, IOException, InterruptedException;
    }

    /** Fills a table. */
    @FunctionalInterface
    interface TableLoader {
        void load(FactsTable table) throws SQLException, IOException, InterruptedException;
    }

    /** Fills a table in one transaction and returns the number of its rows. After an exception it is empty. */
    long fill(String table, TableLoader loader) throws SQLException, IOException, InterruptedException {
        execute("BEGIN TRANSACTION");
        try {
            FactsTable filled = new FactsTable(connection, table, examined);
            try (filled) {
                loader.load(filled);
            }
            execute("COMMIT");
            return filled.rows();
        } catch (SQLException | IOException | InterruptedException | RuntimeException e) {
            execute("ROLLBACK");
            throw e;
        }
    }

    /** Reads the rows of a query one by one, on a connection of its own: tables may be filled meanwhile. */
    void query(String sql, RowReader rows) throws SQLException, IOException, InterruptedException {
        try (Connection reading = open();
                Statement statement = reading.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                rows.read(result);
            }
        }
    }

    /** The connection to the tables, for statements that share temporary views. */
    public Connection connection() {
        return connection;
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private DuckDBConnection open() throws SQLException {
        return DriverManager.getConnection(url, settings).unwrap(DuckDBConnection.class);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
