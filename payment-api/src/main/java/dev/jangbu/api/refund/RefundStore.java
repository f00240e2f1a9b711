package dev.jangbu.api.refund;

import static dev.jangbu.api.database.RowMapping.column;
import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.Bindings;
import dev.jangbu.api.database.Sql;
import dev.jangbu.api.http.Page;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.idempotency.KeyedCall;
import dev.jangbu.api.operation.PspProgress;
import dev.jangbu.api.outbox.ChargeGuard;
import dev.jangbu.api.payment.PaymentStore;
import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.NameBasedId;
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

/** Refunds in PostgreSQL. Leases and outcomes are written elsewhere. */
@Component
class RefundStore {

    private static final String INSERT = Sql.read(RefundStore.class, "insert-refund.sql");

    private static final String IN_FLIGHT = """
            SELECT EXISTS (SELECT FROM refunds
                            WHERE payment_id = :paymentId AND status IN ('EXECUTING', 'UNKNOWN', 'REVIEW')) AS found
            """;

    private static final String LIST = """
            SELECT *
              FROM refund_details
             WHERE (created_at, id) < (:createdBelow, :idBelow)
               AND payment_id = :paymentId -- if :paymentId
               AND status = :status -- if :status
             ORDER BY created_at DESC, id DESC
             LIMIT :rows
            """;

    private static final TypeReference<List<RefundLine>> LINES = new TypeReference<>() {};

    private final DatabaseClient database;
    private final PaymentStore payments;
    private final ChargeGuard chargeGuard;
    private final JsonMapper json;
    private final Duration lease;

    RefundStore(
            DatabaseClient database,
            PaymentStore payments,
            ChargeGuard chargeGuard,
            JsonMapper json,
            PaymentApiSettings settings) {
        this.database = database;
        this.payments = payments;
        this.chargeGuard = chargeGuard;
        this.json = json;
        this.lease = settings.lease();
    }

    /**
     * Reserves the lines and inserts the refund, in EXECUTING with a lease and the first attempt. The caller holds the
     * payment's row lock and has checked the lines.
     */
    Mono<Void> start(Refund refund, KeyedCall call) {
        String[] lineIds = column(refund.lines(), RefundLine::lineId, String[]::new);
        Long[] amounts = column(refund.lines(), RefundLine::amountMinor, Long[]::new);
        return chargeGuard
                .requireHealthy()
                .then(Mono.defer(() -> payments.reserve(refund.paymentId(), lineIds, amounts)))
                .flatMap(reserved -> reserved
                        ? new Bindings()
                                .with("id", refund.id())
                                .with("clientId", call.key().clientId())
                                .with("paymentId", refund.paymentId())
                                .with("operation", refund.call())
                                .with("amount", refund.amountMinor())
                                .with("reason", refund.reason())
                                .with("key", call.key().text())
                                .with("fingerprint", call.fingerprint().sha256())
                                .with("leaseMs", lease.toMillis())
                                .with("traceparent", refund.progress().traceparent(), String.class)
                                .with("createdAt", refund.createdAt())
                                .with("lineIds", lineIds)
                                .with("amounts", amounts)
                                .bindTo(database, INSERT)
                                .then()
                        : Mono.error(new IllegalStateException(
                                "Lines that were refundable under the row lock could not be reserved")));
    }

    /** The refund; empty if there is none. */
    Mono<Refund> find(UUID id) {
        return database.sql("SELECT * FROM refund_details WHERE id = :id")
                .bind("id", id)
                .map(this::refund)
                .one();
    }

    /** The refund; an error 404 if there is none. */
    Mono<Refund> read(UUID id) {
        return find(id).switchIfEmpty(Mono.error(() -> Problem.notFound("refund")));
    }

    /** The refund, its row locked until the transaction ends. The caller already holds the payment's row lock. */
    Mono<Refund> lock(UUID id) {
        return database.sql("SELECT id FROM refunds WHERE id = :id FOR UPDATE")
                .bind("id", id)
                .then()
                .then(Mono.defer(() -> find(id)));
    }

    /**
     * An earlier call's refund; empty if there is none, an error 422 {@code idempotency-key-reused} if the call
     * differs.
     */
    Mono<Refund> findBy(KeyedCall call) {
        return database.sql("SELECT * FROM refund_details WHERE id = :id")
                .bind("id", id(call))
                .map(row -> {
                    call.requireSameIfKnown(row.get("fingerprint", byte[].class));
                    return refund(row);
                })
                .one();
    }

    /** The id of the refund that a call requests, whenever it is made. */
    static UUID id(KeyedCall call) {
        return NameBasedId.ofRefund(call.key().clientId(), call.key().text());
    }

    /** Whether a refund of the payment is in progress or in REVIEW. */
    Mono<Boolean> inFlight(UUID paymentId) {
        return database.sql(IN_FLIGHT)
                .bind("paymentId", paymentId)
                .map(row -> required(row, "found", Boolean.class))
                .one();
    }

    /** The payment's refunds, newest first: those of the page, plus one if another page follows. */
    Flux<Refund> ofPayment(UUID paymentId, Page page) {
        return list(new Bindings().with("paymentId", paymentId), page);
    }

    /** Refunds of one status, newest first: those of the page, plus one if another page follows. */
    Flux<Refund> ofStatus(RefundStatus status, Page page) {
        return list(new Bindings().with("status", status.name()), page);
    }

    private Flux<Refund> list(Bindings filter, Page page) {
        return page.belowInOrder()
                .bindTo(filter)
                .with("rows", page.rows())
                .bindTo(database, LIST)
                .map(this::refund)
                .all();
    }

    private Refund refund(Readable row) {
        return new Refund(
                required(row, "id", UUID.class),
                required(row, "payment_id", UUID.class),
                required(row, "operation", String.class),
                RefundStatus.valueOf(required(row, "status", String.class)),
                required(row, "amount", Long.class),
                json.readValue(required(row, "lines", String.class), LINES),
                required(row, "reason", String.class),
                required(row, "version", Long.class),
                PspProgress.read(row, "failure_code"),
                required(row, "created_at", Instant.class),
                row.get("approved_at", Instant.class),
                row.get("completed_at", Instant.class),
                row.get("position", String.class));
    }
}
