package dev.jangbu.api.database;

import io.r2dbc.spi.Parameters;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;

/**
 * Named parameters of a statement, bound all at once. Spring copies all earlier bindings for each single one. Not
 * thread-safe.
 */
public final class Bindings {

    private final Map<String, Object> byName = new HashMap<>();

    /** Sets a value; replaces an earlier one. */
    public Bindings with(String name, Object value) {
        byName.put(name, value);
        return this;
    }

    /** Sets a nullable value. */
    public <T> Bindings with(String name, @Nullable T value, Class<T> type) {
        byName.put(name, value == null ? Parameters.in(type) : value);
        return this;
    }

    /** Sets the parameter of an optional condition, unless the value is null. */
    public Bindings optional(String name, @Nullable Object value) {
        return value == null ? this : with(name, value);
    }

    /** The statement without the {@linkplain Sql optional} lines whose parameter is not set. */
    public String applyTo(String statement) {
        return Sql.with(statement, byName.keySet());
    }

    /** The values by name. */
    public Map<String, Object> values() {
        return byName;
    }

    /** Binds all values to the statement, without its {@linkplain Sql optional} lines whose parameter is not set. */
    public GenericExecuteSpec bindTo(DatabaseClient database, String statement) {
        return database.sql(applyTo(statement)).bindValues(byName);
    }
}
