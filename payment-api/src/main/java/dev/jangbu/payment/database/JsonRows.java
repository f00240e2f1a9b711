package dev.jangbu.payment.database;

import java.util.List;
import org.springframework.stereotype.Component;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * Many rows as one value of a statement, for {@code json_to_recordset}: an object for each, its fields named as columns are
 * ({@code orderId} is {@code order_id}), bytes in base 64, times as ISO 8601. So a statement takes a record as it is, absent
 * values and lists of its own included.
 */
@Component
public final class JsonRows {

    private final JsonMapper json;

    JsonRows(JsonMapper json) {
        this.json = json.rebuild()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
    }

    /** The rows as a JSON array of objects. */
    public String of(List<? extends Record> rows) {
        return json.writeValueAsString(rows);
    }
}
