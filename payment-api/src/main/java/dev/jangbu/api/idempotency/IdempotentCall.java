package dev.jangbu.api.idempotency;

import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.settings.PaymentApiSettings;
import java.time.Duration;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/** Runs the operation of a call if its idempotency key is new. Rows are locked before keys. */
@Component
public class IdempotentCall {

    private final IdempotencyKeys keys;
    private final TransactionalOperator transaction;
    private final Duration lease;

    IdempotentCall(IdempotencyKeys keys, TransactionalOperator transaction, PaymentApiSettings settings) {
        this.keys = keys;
        this.transaction = transaction;
        this.lease = settings.lease();
    }

    /**
     * Runs an operation that completes in the transaction that claims the key: the caller's, or an own one.
     *
     * @param work returns the response to store
     * @return the response, or the stored one of an earlier call
     */
    public Mono<ApiResponse> once(KeyedCall call, UUID resource, Supplier<Mono<ApiResponse>> work) {
        return keys.insert(call, resource, Duration.ZERO)
                .flatMap(inserted -> inserted
                        ? work.get().delayUntil(answer -> keys.storeResponse(call, answer))
                        : keys.replay(call))
                // Deleted between the two statements, so unused now.
                .switchIfEmpty(Mono.defer(() -> once(call, resource, work)))
                .as(transaction::transactional);
    }

    /**
     * Starts an operation that continues after this transaction, under a lease of the key.
     *
     * @param locked locks the row that the operation changes
     * @param fresh starts it, given the locked row
     * @param resumed continues the operation of an earlier call, on its resource, whose lease has ended
     * @param done returns the stored response of an earlier call
     * @return an error 409 {@code idempotency-key-in-use} while the earlier call may still be running
     */
    public <L, T> Mono<T> leased(
            KeyedCall call,
            UUID resource,
            Mono<L> locked,
            Function<L, Mono<T>> fresh,
            BiFunction<L, UUID, Mono<T>> resumed,
            Function<ApiResponse, T> done) {
        return locked.flatMap(row -> keys.insert(call, resource, lease)
                        .flatMap(inserted -> inserted
                                ? fresh.apply(row)
                                : keys.state(call).flatMap(state -> switch (state) {
                                    case IdempotencyKeys.Done stored -> Mono.just(done.apply(stored.answer()));
                                    case IdempotencyKeys.Running running ->
                                        running.leaseLive()
                                                ? Mono.error(IdempotencyKeys.inUse())
                                                : resumed.apply(row, running.resource());
                                })))
                // Deleted between the two statements, so unused now.
                .switchIfEmpty(Mono.defer(() -> leased(call, resource, locked, fresh, resumed, done)))
                .as(transaction::transactional);
    }
}
