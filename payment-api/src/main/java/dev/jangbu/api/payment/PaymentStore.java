package dev.jangbu.api.payment;

import static dev.jangbu.api.database.RowMapping.column;
import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.PaymentApiSettings;
import dev.jangbu.api.database.GroupCommit;
import dev.jangbu.api.database.JsonRecordset;
import dev.jangbu.api.database.RowMapping;
import dev.jangbu.api.http.Answer;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
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

/** Payments in PostgreSQL, but for their time at the PSP, which {@link PaymentLeases} keeps. */
@Component
public class PaymentStore {

    /** Of {@link Creation}s: those whose key is free. */
    private static final String CREATE =
            """
            WITH call AS (
                SELECT *
                  FROM json_to_recordset(CAST(:creations AS json)) AS creation (%s)),
            taken AS (
                %s),
            created AS (
                INSERT INTO payments (id, order_id, status, currency, amount, metadata, psp, cause, version, created_at,
                                      expires_at)
                SELECT id, order_id, 'READY', currency, amount, metadata, psp, 'create', 1, created_at,
                       clock_timestamp() + :expiryMs * interval '1 millisecond'
                  FROM call
                  JOIN taken USING (id)
                 ORDER BY order_id
                RETURNING id),
            lined AS (
                INSERT INTO payment_lines (payment_id, line_no, line_id, seller_id, amount, fee)
                SELECT id, line.no, line.line_id, line.seller_id, line.amount, line.fee
                  FROM call
                  JOIN created USING (id)
                 CROSS JOIN LATERAL ROWS FROM (
                       json_to_recordset(call.lines) AS (line_id text, seller_id text, amount bigint, fee bigint))
                       WITH ORDINALITY AS line (line_id, seller_id, amount, fee, no))
            SELECT id FROM created
            """.formatted(JsonRecordset.columns(Creation.class), IdempotencyKeys.TAKE_ANSWERED);

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
                   SET refunded_amount = l.refunded_amount + back.amount,
                       reserved_amount = l.reserved_amount - back.amount,
                       refunded_fee = l.refunded_fee + back.fee
                  FROM unnest(:lineIds, :amounts, :fees) AS back (line_id, amount, fee)
                 WHERE l.payment_id = :id AND l.line_id = back.line_id
                RETURNING l.payment_id)
            UPDATE payments
               SET version = version + 1
             WHERE id = :id AND (SELECT count(*) FROM line) = :count
            """;

    private static final String RESERVE = """
            WITH wanted AS (
                SELECT line_id, amount FROM unnest(:lineIds, :amounts) AS w (line_id, amount)),
            fitting AS (
                SELECT count(*) AS n
                  FROM payment_lines l
                  JOIN wanted w USING (line_id)
                 WHERE l.payment_id = :id AND w.amount <= l.amount - l.refunded_amount - l.reserved_amount)
            UPDATE payment_lines l
               SET reserved_amount = l.reserved_amount + w.amount
              FROM wanted w, fitting
             WHERE l.payment_id = :id AND l.line_id = w.line_id AND fitting.n = (SELECT count(*) FROM wanted)
            """;

    private static final String RELEASE = """
            UPDATE payment_lines l
               SET reserved_amount = l.reserved_amount - w.amount
              FROM unnest(:lineIds, :amounts) AS w (line_id, amount)
             WHERE l.payment_id = :id AND l.line_id = w.line_id
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

    /** A payment that is to be created, and the call that asks for it, as a row. */
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

    /** A part of a line that goes back to the buyer: the amount, and of it the fee, in minor units. */
    public record RefundedLine(String lineId, long amount, long fee) {}

    /**
     * Creates a payment in READY, version 1, with its lines, and keeps the answer under the call's key: one statement, maybe
     * with that of others, so all of it or nothing.
     *
     * @return whether it was created; if not, something stands under the key
     */
    Mono<Boolean> create(Payment payment, IdempotencyKey key, Fingerprint fingerprint, Answer answer) {
        return creations
                .call(new Creation(
                        payment.id(),
                        key.text(),
                        fingerprint.sha256(),
                        CreatePayment.OPERATION,
                        payment.orderId(),
                        payment.currency(),
                        payment.amount(),
                        rows.metadata(payment.metadata()),
                        payment.psp(),
                        payment.createdAt(),
                        payment.lines(),
                        answer.status(),
                        answer.location(),
                        answer.body()))
                .defaultIfEmpty(false);
    }

    private Mono<Map<UUID, Boolean>> create(List<Creation> together) {
        return database.sql(CREATE)
                .bind("creations", json.of(together))
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
     * The payment, its row locked until the transaction ends. The lock is a statement of its own: one that waits for it reads
     * the row anew, but the lines as they were before the wait.
     */
    public Mono<Payment> lock(UUID id) {
        return database.sql("SELECT id FROM payments WHERE id = :id FOR UPDATE")
                .bind("id", id)
                .map(row -> required(row, "id", UUID.class))
                .one()
                .flatMap(this::find);
    }

    /** These payments, those that there are, in no order. */
    public Flux<Payment> findAll(Collection<UUID> ids) {
        return database.sql(PaymentRow.SELECT + " WHERE p.id = ANY (:ids)")
                .bind("ids", ids.toArray(UUID[]::new))
                .map(rows::read)
                .all();
    }

    /** Those of these payments that have another version by now than the one that was seen. */
    Flux<Payment> changed(Map<UUID, Long> seenVersions) {
        List<Map.Entry<UUID, Long>> seen = List.copyOf(seenVersions.entrySet());
        return database.sql(CHANGED)
                .bind("ids", column(seen, Map.Entry::getKey, UUID[]::new))
                .bind("versions", column(seen, Map.Entry::getValue, Long[]::new))
                .map(rows::read)
                .all();
    }

    /** READY or ACCEPTED to CANCELED; the payment's row is locked. */
    public Mono<Void> cancel(Payment payment) {
        return RowMapping.changeOne(
                database.sql(CANCEL).bind("id", payment.id()).bind("version", payment.version()));
    }

    /** READY and ACCEPTED to EXPIRED, those that are over; at most so many, the oldest first. */
    public Flux<UUID> expire(int limit) {
        return database.sql(EXPIRE)
                .bind("limit", limit)
                .map(row -> required(row, "id", UUID.class))
                .all();
    }

    /**
     * Sets aside what is to go back to the buyer: all the lines or none. The payment's row is locked.
     *
     * @return whether no line would give back more than was paid for it
     */
    public Mono<Boolean> reserve(UUID id, List<RefundedLine> back) {
        return lines(RESERVE, id, back).fetch().rowsUpdated().map(reserved -> reserved == back.size());
    }

    /** What was set aside did not go back. */
    public Mono<Void> release(UUID id, List<RefundedLine> back) {
        return lines(RELEASE, id, back).fetch().rowsUpdated().then();
    }

    /** What was set aside went back. */
    public Mono<Void> refunded(UUID id, List<RefundedLine> back) {
        return RowMapping.changeOne(lines(REFUNDED, id, back)
                .bind("fees", column(back, RefundedLine::fee, Long[]::new))
                .bind("count", (long) back.size()));
    }

    private DatabaseClient.GenericExecuteSpec lines(String sql, UUID id, List<RefundedLine> back) {
        return database.sql(sql)
                .bind("id", id)
                .bind("lineIds", column(back, RefundedLine::lineId, String[]::new))
                .bind("amounts", column(back, RefundedLine::amount, Long[]::new));
    }
}
