package dev.jangbu.api.payment;

import static dev.jangbu.api.database.RowMapping.column;
import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.GroupCommit;
import dev.jangbu.api.database.JsonRecordset;
import dev.jangbu.api.database.RowMapping;
import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.settings.PaymentApiSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Payments in PostgreSQL, except leases and attempts, see {@link PaymentLeases}. */
@Component
public class PaymentStore {

    /** Inserts those {@link Creation}s whose key is free. */
    private static final String CREATE =
            """
            WITH call AS (
                SELECT *
                  FROM json_to_recordset(CAST(:creations AS json)) AS creation (%s)),
            acquired AS (
                %s),
            created AS (
                INSERT INTO payments (id, order_id, status, currency, amount, metadata, psp, cause, version, created_at,
                                      expires_at)
                SELECT id, order_id, 'READY', currency, amount, metadata, psp, 'create', 1, created_at,
                       clock_timestamp() + :expiryMs * interval '1 millisecond'
                  FROM call
                  JOIN acquired USING (id)
                 ORDER BY order_id
                RETURNING id),
            lines_inserted AS (
                INSERT INTO payment_lines (payment_id, line_no, line_id, seller_id, amount, fee)
                SELECT id, line.no, line.line_id, line.seller_id, line.amount, line.fee
                  FROM call
                  JOIN created USING (id)
                 CROSS JOIN LATERAL ROWS FROM (
                       json_to_recordset(call.lines) AS (line_id text, seller_id text, amount bigint, fee bigint))
                       WITH ORDINALITY AS line (line_id, seller_id, amount, fee, no))
            SELECT id FROM created
            """.formatted(JsonRecordset.columns(Creation.class), IdempotencyKeys.INSERT_DONE);

    private static final String CANCEL = """
            UPDATE payments
               SET status = 'CANCELED', version = version + 1, cause = 'cancel'
             WHERE id = :id AND status IN ('READY', 'ACCEPTED') AND version = :version
            """;

    private static final String EXPIRE = """
            WITH due AS (
                SELECT id
                  FROM payments
                 WHERE status IN ('READY', 'ACCEPTED') AND expires_at <= clock_timestamp()
                 ORDER BY expires_at
                 LIMIT :limit
                   FOR UPDATE SKIP LOCKED)
            UPDATE payments p
               SET status = 'EXPIRED', version = p.version + 1, cause = 'expiry'
              FROM due
             WHERE p.id = due.id
            RETURNING p.id
            """;

    private static final String CHANGED = PaymentRow.SELECT + """
              JOIN unnest(:ids, :versions) AS seen (id, version) ON p.id = seen.id AND p.version > seen.version
            """;

    private static final String REFUNDED = """
            WITH line AS (
                UPDATE payment_lines l
                   SET refunded_amount = l.refunded_amount + refunded.amount,
                       reserved_amount = l.reserved_amount - refunded.amount,
                       refunded_fee = l.refunded_fee + refunded.fee
                  FROM unnest(:lineIds, :amounts, :fees) AS refunded (line_id, amount, fee)
                 WHERE l.payment_id = :id AND l.line_id = refunded.line_id
                RETURNING l.payment_id)
            UPDATE payments
               SET version = version + 1
             WHERE id = :id AND (SELECT count(*) FROM line) = :count
            """;

    private static final String RESERVE = """
            WITH requested AS (
                SELECT line_id, amount FROM unnest(:lineIds, :amounts) AS line (line_id, amount)),
            refundable AS (
                SELECT count(*) AS line_count
                  FROM payment_lines l
                  JOIN requested r USING (line_id)
                 WHERE l.payment_id = :id AND r.amount <= l.amount - l.refunded_amount - l.reserved_amount)
            UPDATE payment_lines l
               SET reserved_amount = l.reserved_amount + r.amount
              FROM requested r, refundable
             WHERE l.payment_id = :id AND l.line_id = r.line_id
               AND refundable.line_count = (SELECT count(*) FROM requested)
            """;

    private static final String RELEASE = """
            UPDATE payment_lines l
               SET reserved_amount = l.reserved_amount - r.amount
              FROM unnest(:lineIds, :amounts) AS r (line_id, amount)
             WHERE l.payment_id = :id AND l.line_id = r.line_id
            """;

    private final DatabaseClient database;
    private final PaymentRow rows;
    private final JsonRecordset json;
    private final Duration expiryAfter;
    private final GroupCommit<Creation, Boolean> creations;

    PaymentStore(
            DatabaseClient database,
            PaymentRow rows,
            JsonRecordset json,
            PaymentApiSettings settings,
            MeterRegistry meters) {
        this.database = database;
        this.rows = rows;
        this.json = json;
        this.expiryAfter = settings.expiryAfter();
        this.creations = new GroupCommit<>("create", Creation::id, this::create, settings.groupCommit(), meters);
    }

    /** One row of the batch statement: a payment to create, and the idempotency key and response of its call. */
    private record Creation(
            UUID id,
            String key,
            byte[] fingerprint,
            String operation,
            String orderId,
            String currency,
            long amount,
            String metadata,
            String psp,
            Instant createdAt,
            List<PaymentLine> lines,
            int answerStatus,
            @Nullable String answerLocation,
            String answerBody) {}

    /** A refunded part of a line: the amount, and the part of the fee returned with it, in minor units. */
    public record RefundedLine(String lineId, long amountMinor, long feeMinor) {}

    /**
     * Creates a payment in READY, version 1, with its lines, and stores the response under the call's key, atomically.
     * The statement is shared with concurrent calls.
     *
     * @return whether it was created; if not, the key is in use
     */
    Mono<Boolean> create(Payment payment, IdempotencyKey key, Fingerprint fingerprint, ApiResponse answer) {
        return creations
                .call(new Creation(
                        payment.id(),
                        key.text(),
                        fingerprint.sha256(),
                        CreatePayment.OPERATION,
                        payment.orderId(),
                        payment.currency(),
                        payment.amountMinor(),
                        rows.metadata(payment.metadata()),
                        payment.psp(),
                        payment.createdAt(),
                        payment.lines(),
                        answer.status(),
                        answer.location(),
                        answer.body()))
                .defaultIfEmpty(false);
    }

    private Mono<Map<UUID, Boolean>> create(List<Creation> batch) {
        return database.sql(CREATE)
                .bind("creations", json.of(batch))
                .bind("expiryMs", expiryAfter.toMillis())
                .map(row -> required(row, "id", UUID.class))
                .all()
                .collectMap(Function.identity(), id -> true);
    }

    /** The payment; empty if there is none. */
    public Mono<Payment> find(UUID id) {
        return database.sql(PaymentRow.SELECT + " WHERE p.id = :id")
                .bind("id", id)
                .map(rows::read)
                .one();
    }

    /**
     * The payment, its row locked until the transaction ends. The lock is a separate statement: a locking SELECT that
     * waited rereads the locked row, but would return the lines of its older snapshot.
     */
    public Mono<Payment> lock(UUID id) {
        return database.sql("SELECT id FROM payments WHERE id = :id FOR UPDATE")
                .bind("id", id)
                .map(row -> required(row, "id", UUID.class))
                .one()
                .flatMap(this::find);
    }

    /** The existing payments among these ids, in no particular order. */
    public Flux<Payment> findAll(Collection<UUID> ids) {
        return database.sql(PaymentRow.SELECT + " WHERE p.id = ANY (:ids)")
                .bind("ids", ids.toArray(UUID[]::new))
                .map(rows::read)
                .all();
    }

    /** Payments with a higher version than the given one. */
    Flux<Payment> changed(Map<UUID, Long> seenVersions) {
        List<Map.Entry<UUID, Long>> seen = List.copyOf(seenVersions.entrySet());
        return database.sql(CHANGED)
                .bind("ids", column(seen, Map.Entry::getKey, UUID[]::new))
                .bind("versions", column(seen, Map.Entry::getValue, Long[]::new))
                .map(rows::read)
                .all();
    }

    /** READY or ACCEPTED to CANCELED; the caller holds the row lock. */
    public Mono<Void> cancel(Payment payment) {
        return RowMapping.changeOne(
                database.sql(CANCEL).bind("id", payment.id()).bind("version", payment.version()));
    }

    /** Moves expired payments from READY and ACCEPTED to EXPIRED, oldest first, up to the limit. */
    public Flux<UUID> expire(int limit) {
        return database.sql(EXPIRE)
                .bind("limit", limit)
                .map(row -> required(row, "id", UUID.class))
                .all();
    }

    /**
     * Reserves the lines of a refund: all or none. The caller holds the payment's row lock.
     *
     * @return whether every line had enough refundable amount left
     */
    public Mono<Boolean> reserve(UUID id, List<RefundedLine> lines) {
        return lines(RESERVE, id, lines).fetch().rowsUpdated().map(reserved -> reserved == lines.size());
    }

    /** Releases the reserved amounts of a failed refund. */
    public Mono<Void> release(UUID id, List<RefundedLine> lines) {
        return lines(RELEASE, id, lines).fetch().rowsUpdated().then();
    }

    /** Turns the reserved amounts of an approved refund into refunded amounts. */
    public Mono<Void> refunded(UUID id, List<RefundedLine> lines) {
        return RowMapping.changeOne(lines(REFUNDED, id, lines)
                .bind("fees", column(lines, RefundedLine::feeMinor, Long[]::new))
                .bind("count", (long) lines.size()));
    }

    private DatabaseClient.GenericExecuteSpec lines(String sql, UUID id, List<RefundedLine> lines) {
        return database.sql(sql)
                .bind("id", id)
                .bind("lineIds", column(lines, RefundedLine::lineId, String[]::new))
                .bind("amounts", column(lines, RefundedLine::amountMinor, Long[]::new));
    }
}
