package dev.jangbu.api.payment;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.operation.PspProgress;
import dev.jangbu.api.psp.PspCancel;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Maps a row of the view {@code payment_details} to a payment. */
@Component
class PaymentRow {

    private static final TypeReference<List<PaymentLine>> LINES = new TypeReference<>() {};
    private static final TypeReference<Map<String, String>> METADATA = new TypeReference<>() {};

    private static final TypeReference<List<PspCancel>> CANCELS = new TypeReference<>() {};

    private final JsonMapper json;

    PaymentRow(JsonMapper json) {
        this.json = json;
    }

    String metadata(Map<String, String> metadata) {
        return json.writeValueAsString(metadata);
    }

    Payment read(Readable row) {
        return new Payment(
                required(row, "id", UUID.class),
                required(row, "order_id", String.class),
                PaymentStatus.valueOf(required(row, "status", String.class)),
                required(row, "currency", String.class),
                required(row, "amount", Long.class),
                json.readValue(required(row, "lines", String.class), LINES),
                required(row, "psp", String.class),
                row.get("payment_key", String.class),
                json.readValue(required(row, "metadata", String.class), METADATA),
                required(row, "version", Long.class),
                PspProgress.read(row, "decline_code"),
                required(row, "expired", Boolean.class),
                row.get("first_attempt_at", Instant.class),
                row.get("unknown_since", Instant.class),
                required(row, "created_at", Instant.class),
                row.get("approved_at", Instant.class),
                row.get("completed_at", Instant.class),
                row.get("position", String.class),
                foreignCancels(row.get("foreign_cancels", String.class)));
    }

    private List<PspCancel> foreignCancels(@Nullable String list) {
        return list == null ? List.of() : json.readValue(list, CANCELS);
    }
}
