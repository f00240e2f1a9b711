package dev.jangbu.api.database;

import java.util.List;
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
}
