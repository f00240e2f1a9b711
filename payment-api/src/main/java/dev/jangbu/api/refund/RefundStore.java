package dev.jangbu.api.refund;

import static dev.jangbu.api.database.RowMapping.column;
import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.RowMapping;
import dev.jangbu.api.http.Ids;
import dev.jangbu.api.http.Page;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.payment.PaymentStore;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Refunds in PostgreSQL, except leases and outcomes, see {@link RefundLeases}. */
@Component
class RefundStore {

    private static final String SELECT = """
            SELECT r.*, coalesce(r.lease_until > clock_timestamp(), false) AS lease_live,
                   (SELECT json_agg(json_build_object('lineId', l.line_id, 'amount', l.amount, 'fee', l.fee)
                                    ORDER BY l.line_no)::text
                      FROM refund_lines l
                     WHERE l.refund_id = r.id) AS lines
              FROM refunds r
            """;

    private static final String INSERT = """
            WITH refund AS (
                INSERT INTO refunds (id, payment_id, status, amount, reason, idempotency_key, fingerprint, cause, version,
                                     attempts, lease_until, traceparent, created_at)
                VALUES (:id, :paymentId, 'EXECUTING', :amount, :reason, :key, :fingerprint, :cause, 1,
                        1, clock_timestamp() + :leaseMs * interval '1 millisecond', :traceparent, :createdAt)
                RETURNING id, cause),
            attempt_inserted AS (
                INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
                SELECT id, 1, 'refund', cause FROM refund)
            INSERT INTO refund_lines (refund_id, line_no, line_id, amount)
            SELECT refund.id, line.no, line.id, line.amount
              FROM refund, unnest(:lineIds, :amounts) WITH ORDINALITY AS line (id, amount, no)
            """;

    private static final String IN_FLIGHT = """
            SELECT EXISTS (SELECT FROM refunds
                            WHERE payment_id = :paymentId AND status IN ('EXECUTING', 'UNKNOWN', 'REVIEW')) AS found
            """;

    private static final String FEES = """
            UPDATE refund_lines l
               SET fee = returned.fee
              FROM unnest(:lineIds, :fees) AS returned (line_id, fee)
             WHERE l.refund_id = :id AND l.line_id = returned.line_id
            """;

    private static final TypeReference<List<RefundLine>> LINES = new TypeReference<>() {};
    private static final UUID HIGHEST = new UUID(-1, -1);

    private final DatabaseClient database;
    private final JsonMapper json;

    RefundStore(DatabaseClient database, JsonMapper json) {
        this.database = database;
        this.json = json;
    }

    /** Inserts a refund in EXECUTING, version 1, with its lines, a lease and the first attempt. */
    Mono<Void> insert(Refund refund, IdempotencyKey key, Fingerprint fingerprint, String cause, Duration lease) {
        DatabaseClient.GenericExecuteSpec insert = database.sql(INSERT)
                .bind("id", refund.id())
                .bind("paymentId", refund.paymentId())
                .bind("amount", refund.amountMinor())
                .bind("reason", refund.reason())
                .bind("key", key.text())
                .bind("fingerprint", fingerprint.sha256())
                .bind("cause", cause)
                .bind("leaseMs", lease.toMillis())
                .bind("createdAt", refund.createdAt())
                .bind("lineIds", column(refund.lines(), RefundLine::lineId, String[]::new))
                .bind("amounts", column(refund.lines(), RefundLine::amountMinor, Long[]::new));
        return RowMapping.bind(insert, "traceparent", refund.traceparent(), String.class)
                .fetch()
                .rowsUpdated()
                .then();
    }

    /** The refund; empty if there is none. */
    Mono<Refund> find(UUID id) {
        return database.sql(SELECT + " WHERE r.id = :id")
                .bind("id", id)
                .map(this::refund)
                .one();
    }

    /** The refund, its row locked until the transaction ends. The caller already holds the payment's row lock. */
    Mono<Refund> lock(UUID id) {
        return database.sql("SELECT id FROM refunds WHERE id = :id FOR UPDATE")
                .bind("id", id)
                .map(row -> required(row, "id", UUID.class))
                .one()
                .flatMap(this::find);
    }

    /** The refund that was requested with this key, and its request's fingerprint; empty if there is none. */
    Mono<ByKey> findByKey(IdempotencyKey key) {
        return database.sql(SELECT + " WHERE r.idempotency_key = :key")
                .bind("key", key.text())
                .map(row -> new ByKey(refund(row), new Fingerprint(required(row, "fingerprint", byte[].class))))
                .one();
    }

    /** A refund and the fingerprint of the call that requested it. */
    record ByKey(Refund refund, Fingerprint fingerprint) {}

    /** Whether a refund of the payment is in progress or in REVIEW. */
    Mono<Boolean> inFlight(UUID paymentId) {
        return database.sql(IN_FLIGHT)
                .bind("paymentId", paymentId)
                .map(row -> required(row, "found", Boolean.class))
                .one();
    }

    /** Stores the returned fee of each line. */
    Mono<Void> setFees(Refund refund, List<PaymentStore.RefundedLine> lines) {
        return database.sql(FEES)
                .bind("id", refund.id())
                .bind("lineIds", column(lines, line -> line.lineId(), String[]::new))
                .bind("fees", column(lines, line -> line.feeMinor(), Long[]::new))
                .fetch()
                .rowsUpdated()
                .then();
    }

    /** The payment's refunds, newest first: those of the page, plus one if another page follows. */
    Flux<Refund> ofPayment(UUID paymentId, Page page) {
        UUID after = page.after(Ids::inCursor);
        return database.sql(
                        SELECT + " WHERE r.payment_id = :paymentId AND r.id < :below ORDER BY r.id DESC LIMIT :rows")
                .bind("paymentId", paymentId)
                .bind("below", after == null ? HIGHEST : after)
                .bind("rows", page.rows())
                .map(this::refund)
                .all();
    }

    /** Refunds of one status, newest first: those of the page, plus one if another page follows. */
    Flux<Refund> ofStatus(RefundStatus status, Page page) {
        UUID after = page.after(Ids::inCursor);
        return database.sql(SELECT + " WHERE r.status = :status AND r.id < :below ORDER BY r.id DESC LIMIT :rows")
                .bind("status", status.name())
                .bind("below", after == null ? HIGHEST : after)
                .bind("rows", page.rows())
                .map(this::refund)
                .all();
    }

    private Refund refund(Readable row) {
        return new Refund(
                required(row, "id", UUID.class),
                required(row, "payment_id", UUID.class),
                RefundStatus.valueOf(required(row, "status", String.class)),
                required(row, "amount", Long.class),
                json.readValue(required(row, "lines", String.class), LINES),
                required(row, "reason", String.class),
                required(row, "attempts", Integer.class),
                required(row, "lease_live", Boolean.class),
                row.get("failure_code", String.class),
                row.get("review_reason", String.class),
                required(row, "version", Long.class),
                row.get("traceparent", String.class),
                required(row, "created_at", Instant.class),
                row.get("approved_at", Instant.class),
                row.get("completed_at", Instant.class),
                row.get("position", String.class));
    }
}
