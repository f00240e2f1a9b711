package dev.jangbu.payment.payment;

import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Payments in PostgreSQL. Leases and delays are in the database's time ({@code clock_timestamp()}), the one clock that all
 * instances share; what a payment says of itself is in the application's.
 */
@Component
public class PaymentStore {

    private static final String SELECT = """
            SELECT p.*, coalesce(p.lease_until > clock_timestamp(), false) AS lease_live,
                   coalesce(p.next_attempt_at <= clock_timestamp(), true) AS resolution_due,
                   (SELECT json_agg(json_build_object(
                               'lineId', l.line_id, 'sellerId', l.seller_id, 'amount', l.amount, 'fee', l.fee,
                               'refundedAmount', l.refunded_amount) ORDER BY l.line_no)::text
                      FROM payment_lines l
                     WHERE l.payment_id = p.id) AS lines
              FROM payments p
             WHERE p.id = :id
            """;

    private static final String INSERT = """
            WITH payment AS (
                INSERT INTO payments (id, order_id, status, currency, amount, metadata, psp, cause, version, created_at)
                VALUES (:id, :orderId, 'READY', :currency, :amount, :metadata, :psp, 'create', 1, :createdAt)
                RETURNING id)
            INSERT INTO payment_lines (payment_id, line_no, line_id, seller_id, amount, fee)
            SELECT payment.id, line.no, line.id, line.seller_id, line.amount, line.fee
              FROM payment,
                   unnest(:lineIds, :sellerIds, :amounts, :fees) WITH ORDINALITY AS line (id, seller_id, amount, fee, no)
            """;

    private static final String BEGIN = """
            WITH begun AS (
                UPDATE payments
                   SET status = 'EXECUTING', version = version + 1, cause = 'confirm',
                       payment_key = :paymentKey, traceparent = :traceparent,
                       attempts = attempts + 1, first_attempt_at = clock_timestamp(),
                       lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
                 WHERE id = :id AND status = 'READY' AND version = :version
                RETURNING id, attempts)
            INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
            SELECT id, attempts, 'confirm', 'confirm' FROM begun
            """;

    private static final String CLAIM = """
            WITH claimed AS (
                UPDATE payments
                   SET attempts = attempts + 1,
                       lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
                 WHERE id = :id AND status IN ('EXECUTING', 'UNKNOWN') AND version = :version
                RETURNING id, attempts)
            INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
            SELECT id, attempts, 'confirm', :cause FROM claimed
            """;

    private static final String CLAIM_DUE = """
            WITH due AS (
                SELECT id
                  FROM payments
                 WHERE status IN ('EXECUTING', 'UNKNOWN')
                   AND (lease_until IS NULL OR lease_until <= clock_timestamp())
                   AND (next_attempt_at IS NULL OR next_attempt_at <= clock_timestamp())
                 ORDER BY next_attempt_at NULLS FIRST
                 LIMIT :limit
                   FOR UPDATE SKIP LOCKED),
            claimed AS (
                UPDATE payments p
                   SET attempts = p.attempts + 1,
                       lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
                  FROM due
                 WHERE p.id = due.id
                RETURNING p.id, p.attempts),
            noted AS (
                INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
                SELECT id, attempts, 'confirm', 'recovery' FROM claimed)
            SELECT id FROM claimed
            """;

    private static final String APPROVE = """
            UPDATE payments
               SET status = 'APPROVED', version = version + 1, cause = :cause, approved_at = :at,
                   lease_until = NULL, next_attempt_at = NULL, unknown_since = NULL
             WHERE id = :id AND attempts = :attempt AND status IN ('EXECUTING', 'UNKNOWN')
            """;

    private static final String DECLINE = """
            UPDATE payments
               SET status = 'DECLINED', version = version + 1, cause = :cause, decline_code = :code,
                   lease_until = NULL, next_attempt_at = NULL, unknown_since = NULL
             WHERE id = :id AND attempts = :attempt AND status IN ('EXECUTING', 'UNKNOWN')
            """;

    private static final String UNKNOWN = """
            UPDATE payments
               SET status = 'UNKNOWN', version = version + CASE status WHEN 'UNKNOWN' THEN 0 ELSE 1 END, cause = :cause,
                   unknown_since = coalesce(unknown_since, :at), lease_until = NULL,
                   next_attempt_at = clock_timestamp() + :backoffMs * interval '1 millisecond'
             WHERE id = :id AND attempts = :attempt AND status IN ('EXECUTING', 'UNKNOWN')
            """;

    private static final String REVIEW = """
            UPDATE payments
               SET status = 'REVIEW', version = version + 1, cause = :cause,
                   lease_until = NULL, next_attempt_at = NULL
             WHERE id = :id AND attempts = :attempt AND status IN ('EXECUTING', 'UNKNOWN')
            """;

    private static final String NOTE_ATTEMPT = """
            UPDATE psp_attempts
               SET outcome = :outcome, detail = :detail, ended_at = clock_timestamp()
             WHERE resource_id = :id AND operation = 'confirm' AND attempt = :attempt
            """;

    private static final String COMPLETE = """
            UPDATE payments p
               SET status = 'COMPLETED', version = p.version + 1, cause = 'completion', completed_at = done.at
              FROM unnest(:ids, :ats) AS done (id, at)
             WHERE p.id = done.id AND p.status = 'APPROVED'
            """;

    private static final String SETTLED_AMONG = """
            SELECT id FROM payments WHERE id = ANY (:ids) AND status IN ('COMPLETED', 'DECLINED', 'CANCELED', 'EXPIRED')
            """;

    private static final TypeReference<List<PaymentLine>> LINES = new TypeReference<>() {};
    private static final TypeReference<Map<String, String>> METADATA = new TypeReference<>() {};

    private final DatabaseClient database;
    private final JsonMapper json;

    PaymentStore(DatabaseClient database, JsonMapper json) {
        this.database = database;
        this.json = json;
    }

    /** Inserts a payment in READY, version 1, with its lines. */
    Mono<Void> insert(Payment payment) {
        List<PaymentLine> lines = payment.lines();
        return database.sql(INSERT)
                .bind("id", payment.id())
                .bind("orderId", payment.orderId())
                .bind("currency", payment.currency())
                .bind("amount", payment.amount())
                .bind("metadata", json.writeValueAsString(payment.metadata()))
                .bind("psp", payment.psp())
                .bind("createdAt", payment.createdAt())
                .bind("lineIds", column(lines, PaymentLine::lineId, String[]::new))
                .bind("sellerIds", column(lines, PaymentLine::sellerId, String[]::new))
                .bind("amounts", column(lines, PaymentLine::amount, Long[]::new))
                .bind("fees", column(lines, PaymentLine::fee, Long[]::new))
                .fetch()
                .rowsUpdated()
                .then();
    }

    /** The payment; empty if there is none. */
    public Mono<Payment> find(UUID id) {
        return database.sql(SELECT).bind("id", id).map(this::payment).one();
    }

    /** The payment, its row locked until the transaction ends. */
    Mono<Payment> lock(UUID id) {
        return database.sql(SELECT + " FOR UPDATE OF p")
                .bind("id", id)
                .map(this::payment)
                .one();
    }

    /** READY to EXECUTING, with a lease and the first attempt. */
    Mono<Void> begin(Payment payment, String paymentKey, String traceparent, Duration lease) {
        return one(database.sql(BEGIN)
                .bind("id", payment.id())
                .bind("version", payment.version())
                .bind("paymentKey", paymentKey)
                .bind("traceparent", traceparent)
                .bind("leaseMs", lease.toMillis()));
    }

    /** A lease and the next attempt at a payment whose outcome is open; its row is locked. */
    Mono<Void> claim(Payment payment, String cause, Duration lease) {
        return one(database.sql(CLAIM)
                .bind("id", payment.id())
                .bind("version", payment.version())
                .bind("cause", cause)
                .bind("leaseMs", lease.toMillis()));
    }

    /** Claims what nobody is at: leases that ran out and delays that are over; never another's live work. */
    public Flux<UUID> claimDue(int limit, Duration lease) {
        return database.sql(CLAIM_DUE)
                .bind("limit", limit)
                .bind("leaseMs", lease.toMillis())
                .map(row -> required(row, "id", UUID.class))
                .all();
    }

    /** Whether this attempt still stood and is now APPROVED. */
    Mono<Boolean> approve(UUID id, int attempt, String cause, Instant at) {
        return stood(outcome(APPROVE, id, attempt, cause).bind("at", at));
    }

    /** Whether this attempt still stood and is now DECLINED. */
    Mono<Boolean> decline(UUID id, int attempt, String cause, String code) {
        return stood(outcome(DECLINE, id, attempt, cause).bind("code", code));
    }

    /** Whether this attempt still stood and is now UNKNOWN, to be asked again after the delay. */
    Mono<Boolean> unknown(UUID id, int attempt, String cause, Instant at, Duration backoff) {
        return stood(outcome(UNKNOWN, id, attempt, cause).bind("at", at).bind("backoffMs", backoff.toMillis()));
    }

    /** Whether this attempt still stood and is now in REVIEW. */
    Mono<Boolean> review(UUID id, int attempt, String cause) {
        return stood(outcome(REVIEW, id, attempt, cause));
    }

    /** Notes what came of an attempt, for people. */
    Mono<Void> noteAttempt(UUID id, int attempt, String outcome, String detail) {
        return database.sql(NOTE_ATTEMPT)
                .bind("id", id)
                .bind("attempt", attempt)
                .bind("outcome", outcome)
                .bind("detail", detail)
                .fetch()
                .rowsUpdated()
                .then();
    }

    /**
     * APPROVED to COMPLETED for a batch; what is COMPLETED already stays as it is.
     *
     * @return how many changed
     */
    public Mono<Long> complete(Map<UUID, Instant> completedAtById) {
        List<Map.Entry<UUID, Instant>> done = List.copyOf(completedAtById.entrySet());
        return database.sql(COMPLETE)
                .bind("ids", column(done, Map.Entry::getKey, UUID[]::new))
                .bind("ats", column(done, Map.Entry::getValue, Instant[]::new))
                .fetch()
                .rowsUpdated();
    }

    /** Which of these payments are final. */
    public Flux<UUID> finalAmong(Collection<UUID> ids) {
        return database.sql(SETTLED_AMONG)
                .bind("ids", ids.toArray(UUID[]::new))
                .map(row -> required(row, "id", UUID.class))
                .all();
    }

    private DatabaseClient.GenericExecuteSpec outcome(String sql, UUID id, int attempt, String cause) {
        return database.sql(sql).bind("id", id).bind("attempt", attempt).bind("cause", cause);
    }

    private static Mono<Boolean> stood(DatabaseClient.GenericExecuteSpec update) {
        return update.fetch().rowsUpdated().map(updated -> updated == 1);
    }

    private static Mono<Void> one(DatabaseClient.GenericExecuteSpec update) {
        return update.fetch()
                .rowsUpdated()
                .flatMap(updated -> updated == 1
                        ? Mono.<Void>empty()
                        : Mono.error(new IllegalStateException("A locked payment changed under its lock")));
    }

    private Payment payment(Readable row) {
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
                required(row, "resolution_due", Boolean.class),
                row.get("first_attempt_at", Instant.class),
                row.get("unknown_since", Instant.class),
                row.get("traceparent", String.class),
                required(row, "created_at", Instant.class),
                row.get("approved_at", Instant.class),
                row.get("completed_at", Instant.class));
    }

    private static <T> T required(Readable row, String column, Class<T> type) {
        return Objects.requireNonNull(row.get(column, type), column);
    }

    private static <R, C> C[] column(List<R> rows, Function<R, C> value, java.util.function.IntFunction<C[]> array) {
        return rows.stream().map(value).toArray(array);
    }
}
