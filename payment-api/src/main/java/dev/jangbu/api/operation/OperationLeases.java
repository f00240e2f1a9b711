package dev.jangbu.api.operation;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.Bindings;
import dev.jangbu.api.database.Sql;
import dev.jangbu.api.settings.PaymentApiSettings;
import java.time.Duration;
import java.util.UUID;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;

/**
 * Leases open payments and refunds for an inquiry at the PSP. Leases and delays use the database's
 * {@code clock_timestamp()}, the clock that all instances share. Each lease increments the attempt number; only the
 * last attempt may record an outcome, see {@link RecordOutcome}.
 */
@Component
public class OperationLeases {

    private static final String LEASE_DUE = Sql.read(OperationLeases.class, "lease-due.sql");

    private final DatabaseClient database;
    private final Duration lease;

    OperationLeases(DatabaseClient database, PaymentApiSettings settings) {
        this.database = database;
        this.lease = settings.recoveryLease();
    }

    /** Leases open payments without a live lease whose delay is over. */
    public Flux<WorkLease> leasePayments(int limit) {
        return lease(new Bindings().with("payments", limit).with("refunds", 0), "recovery");
    }

    /** Leases open refunds without a live lease whose delay is over. */
    public Flux<WorkLease> leaseRefunds(int limit) {
        return lease(new Bindings().with("payments", 0).with("refunds", limit), "recovery");
    }

    /** Leases the open operation of a payment, its charge or a refund, if no lease is live and the delay is over. */
    public Flux<WorkLease> leaseOf(UUID paymentId, String cause) {
        return lease(
                new Bindings().with("paymentId", paymentId).with("payments", 1).with("refunds", 1), cause);
    }

    private Flux<WorkLease> lease(Bindings bindings, String cause) {
        return bindings.with("cause", cause)
                .with("leaseMs", lease.toMillis())
                .bindTo(database, LEASE_DUE)
                .map(row -> new WorkLease(
                        OperationKind.valueOf(required(row, "kind", String.class)),
                        required(row, "id", UUID.class),
                        required(row, "attempts", Integer.class)))
                .all();
    }
}
