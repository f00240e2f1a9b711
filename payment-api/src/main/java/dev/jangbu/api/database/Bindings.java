package dev.jangbu.api.database;

import io.r2dbc.spi.Parameters;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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

    /** Binds all values to the statement. */
    public GenericExecuteSpec bindTo(GenericExecuteSpec statement) {
        return statement.bindValues(byName);
    }
}
