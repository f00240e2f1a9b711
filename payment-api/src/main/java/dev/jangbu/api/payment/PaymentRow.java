package dev.jangbu.api.payment;

import static dev.jangbu.api.database.RowMapping.required;

import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Maps a selected row to a payment with its lines. */
@Component
class PaymentRow {

    /**
     * Select list, to be followed by a FROM clause with the alias {@code p}. Times are compared with the database's
     * clock.
     */
    static final String COLUMNS = """
            SELECT p.*, coalesce(p.lease_until > clock_timestamp(), false) AS lease_live,
                   coalesce(p.next_attempt_at <= clock_timestamp(), true) AS inquiry_due,
                   p.status IN ('READY', 'ACCEPTED') AND p.expires_at <= clock_timestamp() AS expired,
                   (SELECT json_agg(json_build_object(
                               'lineId', l.line_id, 'sellerId', l.seller_id, 'amount', l.amount, 'fee', l.fee,
                               'refundedAmount', l.refunded_amount, 'reservedAmount', l.reserved_amount,
                               'refundedFee', l.refunded_fee) ORDER BY l.line_no)::text
                      FROM payment_lines l
                     WHERE l.payment_id = p.id) AS lines
            """;

    /** Select list and FROM clause, to be followed by a WHERE clause. */
    static final String SELECT = COLUMNS + """
              FROM payments p
            """;

    private static final TypeReference<List<PaymentLine>> LINES = new TypeReference<>() {};
    private static final TypeReference<Map<String, String>> METADATA = new TypeReference<>() {};

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
                row.get("decline_code", String.class),
                json.readValue(required(row, "metadata", String.class), METADATA),
                required(row, "version", Long.class),
                required(row, "attempts", Integer.class),
                required(row, "lease_live", Boolean.class),
                required(row, "inquiry_due", Boolean.class),
                required(row, "expired", Boolean.class),
                row.get("first_attempt_at", Instant.class),
                row.get("unknown_since", Instant.class),
                row.get("review_reason", String.class),
                row.get("traceparent", String.class),
                required(row, "created_at", Instant.class),
                row.get("approved_at", Instant.class),
                row.get("completed_at", Instant.class),
                row.get("position", String.class));
    }
}
