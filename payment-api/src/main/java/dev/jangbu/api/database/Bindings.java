package dev.jangbu.api.database;

import io.r2dbc.spi.Parameters;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;

/** What the names in a long statement stand for. They are bound at once: one by one, each would copy all before it. */
public final class Bindings {

    private final Map<String, Object> byName = new HashMap<>();

    /** A value that is never null; one that the name had before is replaced. */
    public Bindings with(String name, Object value) {
        byName.put(name, value);
        return this;
    }

    /** A value that may be null. */
    public <T> Bindings with(String name, @Nullable T value, Class<T> type) {
        byName.put(name, value == null ? Parameters.in(type) : value);
        return this;
    }

    /** The statement, with every name of these bound. */
    public GenericExecuteSpec in(GenericExecuteSpec statement) {
        return statement.bindValues(byName);
    }
}
