package dev.jangbu.api.review;

import dev.jangbu.api.auth.Caller;
import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotentCall;
import dev.jangbu.api.idempotency.KeyedCall;
import dev.jangbu.api.operation.Operation;
import dev.jangbu.api.operation.OperationKind;
import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.operation.RecordOutcome;
import dev.jangbu.api.operation.RecordOutcome.Recorded;
import dev.jangbu.api.psp.Psp;
import dev.jangbu.api.psp.PspOrder;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Records a person's decision about a payment or refund in REVIEW. The consequences are those of the PSP's own result:
 * the settlement, and the responses of the waiting keys.
 *
 * <p>First the payment's cancellations are read from the PSP, and recorded with the decision, because an unrecorded one
 * could be matched with a later refund. Without an answer of the PSP the decision is recorded all the same;
 * cancellations older than a later refund are not matched with it.
 */
@Component
public class ReviewDecision {

    private static final String OPERATION = "resolve";

    private final RecordOutcome record;
    private final Resolutions resolutions;
    private final PspCancels cancels;
    private final Psp psp;
    private final IdempotentCall idempotent;
    private final TransactionalOperator transaction;

    ReviewDecision(
            RecordOutcome record,
            Resolutions resolutions,
            PspCancels cancels,
            Psp psp,
            IdempotentCall idempotent,
            TransactionalOperator transaction) {
        this.record = record;
        this.resolutions = resolutions;
        this.cancels = cancels;
        this.psp = psp;
        this.idempotent = idempotent;
        this.transaction = transaction;
    }

    /** A decision as requested, and the API key of the person. */
    public record Requested(ResolveRequest.Valid decision, IdempotencyKey key, UUID apiKeyId) {

        /** The decision in a request; {@code otherwise} as in {@link ResolveRequest#validated}. */
        public static Mono<Requested> of(Mono<ResolveRequest> body, String otherwise, ServerWebExchange exchange) {
            IdempotencyKey key = IdempotencyKey.of(exchange.getRequest().getHeaders());
            UUID apiKeyId = Caller.of(exchange).keyId();
            return body.map(request -> new Requested(request.validated(otherwise), key, apiKeyId));
        }

        /** The outcome; {@code DECLINED_IN_REVIEW} or {@code FAILED_IN_REVIEW} is the {@code pspCode} of a refusal. */
        Outcome outcome(OperationKind kind) {
            Outcome refused = new Outcome.Refused(kind.refusedStatus() + "_IN_REVIEW");
            return decision.approved() ? new Outcome.Approved("", null) : refused;
        }
    }

    /** Reads and writes one kind of operations. */
    public interface Store<R extends Operation> {

        /** The charge at the PSP that the operation is about. */
        Mono<PspOrder> order(R operation);

        UUID paymentId(R operation);

        /** The operation, its row locked until the transaction ends. */
        Mono<R> lock(R seen);

        /** Records the outcome in the caller's transaction, which holds the row lock. */
        Mono<Recorded<R>> record(R locked, Outcome outcome, String cause);

        /** 200 with the operation. */
        ApiResponse response(R operation);
    }

    /**
     * Records a decision.
     *
     * @param seen read before; its payment's cancellations are looked up if it is in REVIEW
     * @return the operation after it; an error 409 {@code not-in-review} if it is not in REVIEW
     */
    public <R extends Operation> Mono<ApiResponse> record(Store<R> store, R seen, Requested requested) {
        OperationKind kind = seen.kind();
        KeyedCall call =
                KeyedCall.of(requested.key(), OPERATION, kind.resource() + " " + seen.id(), requested.decision());
        Mono<Set<String>> shown = isInReview(seen)
                ? store.order(seen)
                        .flatMap(order -> psp.find(order).map(result -> PspCancels.transactionKeysIn(result, order)))
                : Mono.just(Set.of());
        return shown.flatMap(cancellations -> store.lock(seen)
                        .flatMap(locked ->
                                idempotent.once(call, seen.id(), () -> write(store, locked, cancellations, requested)))
                        .as(transaction::transactional))
                .doOnNext(answer -> {
                    if (!answer.replayed()) {
                        record.count(kind, requested.outcome(kind), OPERATION);
                    }
                });
    }

    private <R extends Operation> Mono<ApiResponse> write(
            Store<R> store, R locked, Set<String> cancellations, Requested requested) {
        OperationKind kind = locked.kind();
        Outcome outcome = requested.outcome(kind);
        if (!isInReview(locked)) {
            return Mono.error(Resolutions.notInReview(kind.resource(), locked.status()));
        }
        return store.record(locked, outcome, OPERATION)
                .switchIfEmpty(Mono.error(() -> new IllegalStateException("A locked row changed")))
                .delayUntil(decided -> cancels.record(
                        store.paymentId(locked), kind == OperationKind.REFUND ? locked.id() : null, cancellations))
                .delayUntil(decided -> resolutions.insert(
                        locked.id(), kind, outcome, requested.decision().evidence(), requested.apiKeyId()))
                .map(decided -> store.response(decided.operation()));
    }

    private static boolean isInReview(Operation operation) {
        return operation.status().name().equals("REVIEW");
    }
}
