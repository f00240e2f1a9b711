package dev.jangbu.proving.facts;

import dev.jangbu.proving.facts.FactsDatabase.TableLoader;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/** Copies rows of a PostgreSQL database, in one snapshot. */
final class DatabaseFacts implements AutoCloseable {

    private static final int FETCH_SIZE = 2_000;

    private final Connection connection;
    private final SqlFile queries;

    /** @param queries name of a file beside this class */
    DatabaseFacts(Connection connection, String queries) throws SQLException {
        this.connection = connection;
        this.queries = SqlFile.read(DatabaseFacts.class, queries);
        // One transaction: cursors need it, and it makes all reads one snapshot.
        connection.setAutoCommit(false);
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    }

    void addLoaders(Map<String, TableLoader> loaders) {
        for (String statement : queries.statements()) {
            String[] parts = statement.split("INTO |\n", 3);
            loaders.put(parts[1], rows -> copy(parts[2], rows));
        }
    }

    void query(String sql, FactsDatabase.RowReader rows) throws SQLException, IOException, InterruptedException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(FETCH_SIZE);
            try (ResultSet result = statement.executeQuery(sql)) {
                while (result.next()) {
                    rows.read(result);
                }
            }
        }
    }

    private void copy(String sql, FactsTable table) throws SQLException, IOException, InterruptedException {
        query(sql, row -> {
            Object[] values = new Object[row.getMetaData().getColumnCount()];
            for (int i = 0; i < values.length; i++) {
                values[i] = row.getObject(i + 1);
            }
            table.row(values);
        });
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
