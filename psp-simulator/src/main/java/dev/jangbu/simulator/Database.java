package dev.jangbu.simulator;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;

/**
 * A SQLite file with one connection, used by one thread. Thread-safe.
 *
 * <p>Group commit: the work that arrives during a commit shares the next transaction. {@code synchronous=FULL} forces
 * each commit to disk, so a result that a caller has seen survives kill -9 and a power failure
 * (<a href="https://www.sqlite.org/pragma.html#pragma_synchronous">SQLite</a>).
 */
final class Database implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(Database.class);
    private static final String SETTINGS = "?locking_mode=EXCLUSIVE&journal_mode=WAL&synchronous=FULL&max_page_count=";

    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private final Queue<Pending<?>> queue = new ConcurrentLinkedQueue<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private boolean isFull;

    /** Work in a transaction. It decides before it writes: an exception of its own does not undo what it wrote. */
    interface Work<T> {
        T run() throws SQLException;
    }

    /** Reads one row. */
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private record Pending<T>(Work<T> work, CompletableFuture<T> result) {

        /** Runs the work; the returned answer is given after the commit. */
        Runnable run() throws SQLException {
            try {
                T value = work.run();
                return () -> result.complete(value);
            } catch (RuntimeException e) {
                return () -> result.completeExceptionally(e);
            }
        }
    }

    /**
     * Opens or creates the file.
     *
     * @param schema statements that create missing tables
     * @param maxPages the largest size of the file, in pages of 4 KiB; a larger file does not grow
     * @throws SQLException if it cannot be read, or another connection has it open
     */
    Database(Path file, String schema, int maxPages) throws SQLException {
        connection = DriverManager.getConnection("jdbc:sqlite:" + file + SETTINGS + maxPages);
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(schema);
            connection.setAutoCommit(false);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * Runs work in a transaction and returns when it is on disk.
     *
     * @throws StoreFailedException if the transaction was rolled back
     */
    <T> T commit(Work<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        queue.add(new Pending<>(work, result));
        thread.execute(this::commitQueue);
        try {
            return result.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void commitQueue() {
        List<Pending<?>> batch = new ArrayList<>();
        List<Runnable> answers = new ArrayList<>();
        try {
            for (Pending<?> next = queue.poll(); next != null; next = queue.poll()) {
                batch.add(next);
                answers.add(next.run());
            }
            connection.commit();
            answers.forEach(Runnable::run);
        } catch (SQLException e) {
            report(e);
            rollBack();
            batch.forEach(pending -> pending.result().completeExceptionally(new StoreFailedException(e)));
        }
    }

    /** Logs a full store once: every later charge fails too. */
    private void report(SQLException e) {
        if (e.getErrorCode() != SQLiteErrorCode.SQLITE_FULL.code) {
            log.error("The payment store cannot be written", e);
        } else if (!isFull) {
            isFull = true;
            log.error("The payment store is full: start with a new folder", e);
        }
    }

    private void rollBack() {
        try (Statement statement = connection.createStatement()) {
            // The driver has ended the statement that failed.
            for (PreparedStatement cached : prepared.values()) {
                cached.close();
            }
            prepared.clear();
            try {
                connection.rollback();
            } catch (SQLException e) {
                // A full file ends the transaction; the driver begins the next one only after a rollback of its own.
                statement.execute("BEGIN");
            }
        } catch (SQLException e) {
            log.error("The transaction cannot be rolled back", e);
        }
    }

    /** The rows of a query; for use in {@link Work}. */
    <T> List<T> query(String sql, RowReader<T> reader, @Nullable Object... parameters) throws SQLException {
        try (ResultSet row = prepare(sql, parameters).executeQuery()) {
            List<T> rows = new ArrayList<>();
            while (row.next()) {
                rows.add(reader.read(row));
            }
            return rows;
        }
    }

    /** The first row of a query; for use in {@link Work}. */
    <T> Optional<T> first(String sql, RowReader<T> reader, @Nullable Object... parameters) throws SQLException {
        return query(sql, reader, parameters).stream().findFirst();
    }

    /** Executes a statement and returns the number of changed rows; for use in {@link Work}. */
    int update(String sql, @Nullable Object... parameters) throws SQLException {
        return prepare(sql, parameters).executeUpdate();
    }

    private PreparedStatement prepare(String sql, @Nullable Object... parameters) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }

    @Override
    public void close() throws IOException {
        thread.close();
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }
}
