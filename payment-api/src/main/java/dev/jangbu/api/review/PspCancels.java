package dev.jangbu.api.review;

import static dev.jangbu.api.database.RowMapping.column;
import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.Bindings;
import dev.jangbu.api.database.RowMapping;
import dev.jangbu.api.psp.PspCancel;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * The recorded cancellations of a payment, by the PSP's transaction keys: its refunds' own, and foreign ones. A refused
 * refund may need a review if the PSP shows an unrecorded one, which may be its own.
 */
@Component
public class PspCancels {

    private static final String RECORD_FOREIGN = """
            WITH recorded AS (
                INSERT INTO psp_cancels (payment_id, transaction_key, amount, canceled_at)
                SELECT :paymentId, key, amount, CAST(canceled_at AS timestamptz)
                  FROM unnest(:keys, :amounts, :times) AS cancellation (key, amount, canceled_at)
                ON CONFLICT (payment_id, transaction_key) DO NOTHING
                RETURNING payment_id)
            UPDATE payments
               SET version = version + 1
             WHERE id = :paymentId AND EXISTS (SELECT FROM recorded)
            """;

    private final DatabaseClient database;

    PspCancels(DatabaseClient database) {
        this.database = database;
    }

    /** The transaction keys of the payment's recorded cancellations. */
    public Mono<Set<String>> recorded(UUID paymentId) {
        return database.sql("SELECT transaction_key FROM psp_cancels WHERE payment_id = :id")
                .bind("id", paymentId)
                .map(row -> required(row, "transaction_key", String.class))
                .all()
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Records cancellations that no refund of this service made, in the caller's transaction, which holds the payment's row
     * lock.
     *
     * @return whether the payment has changed: one of them was not recorded before
     */
    public Mono<Boolean> recordForeign(UUID paymentId, List<PspCancel> cancels) {
        return cancels.isEmpty()
                ? Mono.just(false)
                : RowMapping.changed(new Bindings()
                        .with("paymentId", paymentId)
                        .with("keys", column(cancels, PspCancel::transactionKey, String[]::new))
                        .with("amounts", column(cancels, PspCancel::amountMinor, Long[]::new))
                        .with(
                                "times",
                                column(cancels, cancel -> cancel.canceledAt().toString(), String[]::new))
                        .bindTo(database, RECORD_FOREIGN));
    }
}
