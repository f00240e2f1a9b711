package dev.jangbu.api.review;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.Bindings;
import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * The recorded cancellations of a payment, by the PSP's transaction keys. A refused refund needs a review if the PSP
 * shows an unrecorded one, which may be its own. A person's decision therefore records all that the PSP shows.
 */
@Component
public class PspCancels {

    private static final String RECORD = """
            INSERT INTO psp_cancels (payment_id, transaction_key, refund_id)
            SELECT :paymentId, key, :refundId FROM unnest(:keys) AS cancellation (key)
            ON CONFLICT (payment_id, transaction_key) DO NOTHING
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
     * Records cancellations with their refund, null for a decision about the payment, whose row lock the caller holds.
     */
    Mono<Void> record(UUID paymentId, @Nullable UUID refundId, Collection<String> transactionKeys) {
        if (transactionKeys.isEmpty()) {
            return Mono.empty();
        }
        return new Bindings()
                .with("paymentId", paymentId)
                .with("keys", transactionKeys.toArray(String[]::new))
                .with("refundId", refundId, UUID.class)
                .bindTo(database, RECORD)
                .then();
    }
}
