package dev.jangbu.api.payment;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.Bindings;
import dev.jangbu.api.database.GroupCommit;
import dev.jangbu.api.database.JsonRecordset;
import dev.jangbu.api.database.RowMapping;
import dev.jangbu.api.database.Sql;
import dev.jangbu.api.idempotency.KeyedCall;
import dev.jangbu.api.operation.OperationKind;
import dev.jangbu.api.operation.OperationLeases;
import dev.jangbu.api.operation.WorkLease;
import dev.jangbu.api.outbox.ChargeGuard;
import dev.jangbu.api.settings.PaymentApiSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The first attempts of payments at the PSP, and their queue. */
@Component
public class PaymentLeases {

    private static final String START_BATCH = Sql.read(PaymentLeases.class, "start-payments.sql");

    private static final String START = Sql.read(PaymentLeases.class, "start-payment.sql");

    private static final String ACCEPT = Sql.read(PaymentLeases.class, "accept-payment.sql");

    private static final String LEASE_QUEUED = Sql.read(PaymentLeases.class, "lease-queued.sql");

    private final DatabaseClient database;
    private final PaymentStore payments;
    private final OperationLeases open;
    private final ChargeGuard chargeGuard;
    private final PaymentRow rows;
    private final JsonRecordset json;
    private final PaymentApiSettings settings;
    private final GroupCommit<Confirmation, Payment> confirmations;

    PaymentLeases(
            DatabaseClient database,
            PaymentStore payments,
            OperationLeases open,
            ChargeGuard chargeGuard,
            PaymentRow rows,
            JsonRecordset json,
            PaymentApiSettings settings,
            MeterRegistry meters) {
        this.database = database;
        this.payments = payments;
        this.open = open;
        this.chargeGuard = chargeGuard;
        this.rows = rows;
        this.json = json;
        this.settings = settings;
        this.confirmations =
                new GroupCommit<>("confirm", Confirmation::id, this::startBatch, settings.groupCommit(), meters);
    }

    /** One row of the batch statement: a payment to charge, and the idempotency key of its call. */
    private record Confirmation(
            UUID id, long amount, String key, byte[] fingerprint, String paymentKey, String traceparent) {}

    /** READY to EXECUTING, with a lease and the first attempt. The caller holds the row lock and the key. */
    Mono<Payment> start(Payment payment, String paymentKey, String traceparent) {
        return chargeGuard
                .requireHealthy()
                .then(Mono.defer(() -> RowMapping.changeOne(ofReady(payment, paymentKey, traceparent)
                        .with("leaseMs", settings.lease().toMillis())
                        .bindTo(database, START))))
                .then(Mono.defer(() -> payments.find(payment.id())));
    }

    /**
     * Acquires the key and starts the payment in one statement, shared with concurrent calls. Requires a payment in
     * READY, its amount, a new key and a healthy replication slot. Empty, with nothing changed, if one is missing.
     */
    Mono<Payment> startFastPath(UUID id, ConfirmRequest.Valid request, KeyedCall call, String traceparent) {
        return chargeGuard.isHealthy()
                ? confirmations.call(new Confirmation(
                        id,
                        request.amount(),
                        call.key().text(),
                        call.fingerprint().sha256(),
                        request.paymentKey(),
                        traceparent))
                : Mono.empty();
    }

    private Mono<Map<UUID, Payment>> startBatch(List<Confirmation> batch) {
        return database.sql(START_BATCH)
                .bind("confirmations", json.of(batch))
                .bind("leaseMs", settings.lease().toMillis())
                .map(rows::read)
                .all()
                .collectMap(Payment::id);
    }

    /**
     * READY to ACCEPTED if the queue has room; the caller holds the row lock. Concurrent transactions don't see each
     * other's rows, so the queue may exceed its limit by the number of connections.
     */
    Mono<Boolean> accept(Payment payment, String paymentKey, String traceparent) {
        return chargeGuard
                .requireHealthy()
                .then(Mono.defer(() -> RowMapping.changed(ofReady(payment, paymentKey, traceparent)
                        .with("expiryMs", settings.expiryAfter().toMillis())
                        .with("queueLimit", settings.async().queueLimit())
                        .bindTo(database, ACCEPT))));
    }

    private static Bindings ofReady(Payment payment, String paymentKey, String traceparent) {
        return new Bindings()
                .with("id", payment.id())
                .with("version", payment.version())
                .with("paymentKey", paymentKey)
                .with("traceparent", traceparent);
    }

    /** Leases this payment, if it is open, has no live lease and its delay is over; empty otherwise. */
    Mono<WorkLease> leaseDue(UUID id) {
        return open.leaseOf(id, ConfirmPayment.OPERATION).singleOrEmpty();
    }

    /**
     * ACCEPTED to EXECUTING for the oldest queued payments, each with a lease and its first attempt. None while charges
     * are refused.
     */
    public Flux<WorkLease> leaseQueued(int limit) {
        if (!chargeGuard.isHealthy()) {
            return Flux.empty();
        }
        return database.sql(LEASE_QUEUED)
                .bind("limit", limit)
                .bind("leaseMs", settings.lease().toMillis())
                .map(row -> new WorkLease(
                        OperationKind.PAYMENT,
                        required(row, "id", UUID.class),
                        required(row, "attempts", Integer.class)))
                .all();
    }
}
