package dev.jangbu.api.review;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.RowMapping;
import dev.jangbu.api.psp.PspResult;
import dev.jangbu.api.psp.PspCancel;
import dev.jangbu.api.psp.PspOrder;
import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * The cancellations that the PSP has shown of a payment, by its own names. One that is not recorded here belongs to the refund
 * that is under way; so what a person has looked at is recorded when they decide, or a later refund would take it for its own.
 */
@Component
public class PspCancels {

    private static final String RECORD = """
            INSERT INTO psp_cancels (payment_id, transaction_key, refund_id)
            SELECT :paymentId, key, :refundId FROM unnest(:keys) AS shown (key)
            ON CONFLICT (payment_id, transaction_key) DO NOTHING
            """;

    private final DatabaseClient database;

    PspCancels(DatabaseClient database) {
        this.database = database;
    }

    /** The names of those that are recorded. */
    public Mono<Set<String>> recorded(UUID paymentId) {
        return database.sql("SELECT transaction_key FROM psp_cancels WHERE payment_id = :id")
                .bind("id", paymentId)
                .map(row -> required(row, "transaction_key", String.class))
                .all()
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Records cancellations, in the caller's transaction, which holds the payment's lock.
     *
     * @param refundId the refund that they are recorded with; null: the payment's own decision
     */
    public Mono<Void> record(UUID paymentId, @Nullable UUID refundId, Collection<String> transactionKeys) {
        if (transactionKeys.isEmpty()) {
            return Mono.empty();
        }
        DatabaseClient.GenericExecuteSpec statement =
                database.sql(RECORD).bind("paymentId", paymentId).bind("keys", transactionKeys.toArray(String[]::new));
        return RowMapping.bind(statement, "refundId", refundId, UUID.class)
                .fetch()
                .rowsUpdated()
                .then();
    }

    /** The names of all that an answer shows of this very charge; none if it says nothing of it. */
    public static Set<String> shownIn(PspResult answer, PspOrder order) {
        return answer instanceof PspResult.Charged charged
                        && charged.paymentKey().equals(order.paymentKey())
                        && charged.orderId().equals(order.orderId())
                ? charged.cancels().stream().map(PspCancel::transactionKey).collect(Collectors.toUnmodifiableSet())
                : Set.of();
    }
}
