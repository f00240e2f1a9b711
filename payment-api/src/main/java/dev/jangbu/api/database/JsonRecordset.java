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
 * Many rows as one value of a statement, for {@code json_to_recordset}: an object for each, its fields named as columns are
 * ({@code orderId} is {@code order_id}), bytes in base 64, times as ISO 8601. So a statement takes a record as it is, absent
 * values and lists of its own included.
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
     * What {@code json_to_recordset} is told of such rows: the record's columns and their types, {@code id uuid, order_id text} and
     * so on. Bytes are text, to be decoded from base 64; a list is JSON.
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
