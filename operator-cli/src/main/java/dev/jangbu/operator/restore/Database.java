package dev.jangbu.operator.restore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Statements with positional parameters on one connection. Instants and arrays are converted. Not thread-safe. */
record Database(Connection connection) implements AutoCloseable {

    interface Mapping<T> {
        T read(ResultSet row) throws SQLException;
    }

    interface Work {
        void run() throws SQLException;
    }

    /** @return the number of changed rows */
    int update(String sql, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = prepare(sql, parameters)) {
            return statement.executeUpdate();
        }
    }

    <T> List<T> list(String sql, Mapping<T> mapping, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = prepare(sql, parameters);
                ResultSet row = statement.executeQuery()) {
            List<T> rows = new ArrayList<>();
            while (row.next()) {
                rows.add(mapping.read(row));
            }
            return rows;
        }
    }

    /** The first row; empty if there is none. */
    <T> Optional<T> first(String sql, Mapping<T> mapping, @Nullable Object... parameters) throws SQLException {
        return list(sql, mapping, parameters).stream().findFirst();
    }

    /** Runs statements in one transaction. A failure rolls all of them back. */
    void inTransaction(Work work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            work.run();
            connection.commit();
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** A column as an instant; null if it is NULL. */
    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    private PreparedStatement prepare(String sql, @Nullable Object... parameters) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, converted(parameters[i]));
        }
        return statement;
    }

    private @Nullable Object converted(@Nullable Object parameter) throws SQLException {
        if (parameter instanceof Instant instant) {
            return instant.atOffset(ZoneOffset.UTC);
        }
        if (parameter instanceof UUID[] ids) {
            return connection.createArrayOf("uuid", ids);
        }
        if (parameter instanceof Instant[] times) {
            Object[] texts = new Object[times.length];
            for (int i = 0; i < texts.length; i++) {
                texts[i] = times[i].toString();
            }
            return connection.createArrayOf("timestamptz", texts);
        }
        return parameter instanceof String[] texts ? connection.createArrayOf("text", texts) : parameter;
    }
}
