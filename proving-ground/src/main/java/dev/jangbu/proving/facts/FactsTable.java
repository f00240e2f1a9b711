package dev.jangbu.proving.facts;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.SQLException;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** Appends rows to a table of the facts. The rows are visible after {@link #close}. */
public final class FactsTable implements AutoCloseable {

    private final DuckDBConnection connection;
    private final LongConsumer examined;
    private final DuckDBAppender appender;
    private long rows;

    /** @param examined receives 1 for each row */
    FactsTable(DuckDBConnection connection, String table, LongConsumer examined) throws IOException {
        this.connection = connection;
        this.examined = examined;
        try {
            this.appender = connection.createAppender(DuckDBConnection.DEFAULT_SCHEMA, table);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    /** Another table, to be filled in the same transaction. The caller closes it. */
    FactsTable with(String table) throws IOException {
        return new FactsTable(connection, table, examined);
    }

    /** The number of rows that were appended. */
    long rows() {
        return rows;
    }

    /** Appends a row. Integers of any size fit a BIGINT column, decimals without fraction a HUGEINT column. */
    void row(@Nullable Object... values) throws IOException {
        try {
            appender.beginRow();
            for (Object value : values) {
                append(value);
            }
            appender.endRow();
        } catch (SQLException e) {
            throw new IOException(e);
        }
        rows++;
        examined.accept(1);
    }

    private void append(@Nullable Object value) throws SQLException {
        switch (value) {
            case null -> appender.appendNull();
            case String text -> appender.append(text);
            case UUID id -> appender.append(id);
            case Boolean flag -> appender.append(flag.booleanValue());
            case Long number -> appender.append(number.longValue());
            case Integer number -> appender.append(number.longValue());
            case BigDecimal number -> appender.append(number.toBigIntegerExact());
            case BigInteger number -> appender.append(number);
            default -> throw new IllegalArgumentException("No column of the facts takes a " + value.getClass());
        }
    }

    @Override
    public void close() throws IOException {
        try {
            appender.close();
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }
}
