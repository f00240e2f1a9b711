package dev.jangbu.api.database;

import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * Passes many rows to a statement as one JSON array, for {@code json_to_recordset}. Each record becomes an object:
 * field names in snake case, bytes in base 64, times in ISO 8601, lists as JSON.
 */
@Component
public final class JsonRecordset {

    private final JsonMapper json;

    JsonRecordset(JsonMapper json) {
        this.json = json.rebuild()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
    }

    /** The rows as a JSON array of objects. */
    public String of(List<? extends Record> rows) {
        return json.writeValueAsString(rows);
    }

    /**
     * The column definitions of a record for {@code json_to_recordset}, such as {@code id uuid, order_id text}. Bytes
     * are text in base 64, lists are JSON.
     */
    public static String columns(Class<? extends Record> row) {
        return Arrays.stream(row.getRecordComponents())
                .map(component -> column(component.getName()) + " " + type(component))
                .collect(Collectors.joining(", "));
    }

    private static String column(String component) {
        return component.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private static String type(RecordComponent component) {
        Class<?> type = component.getType();
        if (type == UUID.class) {
            return "uuid";
        }
        if (type == int.class || type == Integer.class) {
            return "integer";
        }
        if (type == long.class || type == Long.class) {
            return "bigint";
        }
        if (type == Instant.class) {
            return "timestamptz";
        }
        if (type == List.class) {
            return "json";
        }
        if (type == String.class || type == byte[].class || type.isEnum()) {
            return "text";
        }
        throw new IllegalArgumentException("No column type for " + component);
    }
}
