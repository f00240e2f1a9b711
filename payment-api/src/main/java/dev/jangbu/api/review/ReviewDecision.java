package dev.jangbu.api.review;

import dev.jangbu.api.auth.Caller;
import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotentCall;
import dev.jangbu.api.idempotency.KeyedCall;
import dev.jangbu.api.operation.Operation;
import dev.jangbu.api.operation.OperationKind;
import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.operation.RecordOutcome;
import dev.jangbu.api.operation.RecordOutcome.Recorded;
import dev.jangbu.api.psp.Psp;
import dev.jangbu.api.psp.PspCancel;
import dev.jangbu.api.psp.PspOrder;
import dev.jangbu.api.psp.PspResult;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Records a person's decision about a payment or refund in REVIEW. The consequences are those of the PSP's own result:
 * the settlement, and the responses of the waiting keys.
 *
 * <p>First the charge is looked up at the PSP. Without the PSP's answer nothing is decided. An approval takes the PSP's
 * time and, for a refund, the transaction key of its cancellation: the one that the person names, or the only unrecorded
 * one of its amount. All others that the PSP shows are foreign and recorded with the decision, so that a later refund
 * doesn't need a review because of them.
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

        /**
         * The outcome without the PSP's part; {@code DECLINED_IN_REVIEW} or {@code FAILED_IN_REVIEW} is the {@code
         * pspCode} of a refusal.
         */
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
     * @param seen read before; its charge is looked up if it is in REVIEW
     * @return the operation after it; an error 409 {@code not-in-review} if it is not in REVIEW, 503 if the PSP gives no
     *     answer, 422 if it doesn't show exactly one cancellation that can be the approved refund
     */
    public <R extends Operation> Mono<ApiResponse> record(Store<R> store, R seen, Requested requested) {
        OperationKind kind = seen.kind();
        KeyedCall call =
                KeyedCall.of(requested.key(), OPERATION, kind.resource() + " " + seen.id(), requested.decision());
        Mono<Optional<PspResult.Charged>> lookUp =
                isInReview(seen) ? store.order(seen).flatMap(this::lookUp) : Mono.just(Optional.empty());
        return lookUp.flatMap(shown -> store.lock(seen)
                        .flatMap(locked ->
                                idempotent.once(call, seen.id(), () -> write(store, locked, shown, requested)))
                        .as(transaction::transactional))
                .doOnNext(answer -> {
                    if (!answer.replayed()) {
                        record.count(kind, requested.outcome(kind), OPERATION);
                    }
                });
    }

    /** The order's charge; empty if the PSP shows none, or one of another order. */
    private Mono<Optional<PspResult.Charged>> lookUp(PspOrder order) {
        return psp.find(order).handle((result, sink) -> {
            if (result instanceof PspResult.Uncertain uncertain) {
                sink.error(Problem.unavailable(
                        "The payment service provider doesn't show the payment (%s); nothing was decided"
                                .formatted(uncertain.reason())));
            } else {
                sink.next(Optional.of(result)
                        .filter(PspResult.Charged.class::isInstance)
                        .map(PspResult.Charged.class::cast)
                        .filter(charged -> charged.paymentKey().equals(order.paymentKey())
                                && charged.orderId().equals(order.orderId())));
            }
        });
    }

    private <R extends Operation> Mono<ApiResponse> write(
            Store<R> store, R locked, Optional<PspResult.Charged> shown, Requested requested) {
        OperationKind kind = locked.kind();
        if (!isInReview(locked)) {
            return Mono.error(Resolutions.notInReview(kind.resource(), locked.status()));
        }
        UUID paymentId = store.paymentId(locked);
        List<PspCancel> cancellations = shown.map(PspResult.Charged::cancels).orElse(List.of());
        return cancels.recorded(paymentId)
                .map(recorded -> outcome(locked, shown, recorded, requested))
                .flatMap(outcome -> cancels.recordForeign(paymentId, foreign(cancellations, outcome))
                        // The payment has a new version, which the decision follows.
                        .flatMap(changed -> changed ? store.lock(locked) : Mono.just(locked))
                        .flatMap(current -> store.record(current, outcome, OPERATION))
                        .switchIfEmpty(Mono.error(() -> new IllegalStateException("A locked row changed")))
                        .delayUntil(decided -> resolutions.insert(
                                locked.id(), kind, outcome, requested.decision().evidence(), requested.apiKeyId()))
                        .map(decided -> store.response(decided.operation())));
    }

    /** The cancellations that are not the approved refund's. */
    private static List<PspCancel> foreign(List<PspCancel> cancellations, Outcome outcome) {
        return cancellations.stream()
                .filter(cancel -> !(outcome instanceof Outcome.Approved approved
                        && cancel.transactionKey().equals(approved.transactionKey())))
                .toList();
    }

    /** The decided outcome; an approval with the PSP's time and transaction key. */
    private static Outcome outcome(
            Operation locked, Optional<PspResult.Charged> shown, Set<String> recorded, Requested requested) {
        Outcome decided = requested.outcome(locked.kind());
        if (!requested.decision().approved()) {
            return decided;
        }
        return switch (locked.kind()) {
            case PAYMENT ->
                shown.<Outcome>map(charged -> new Outcome.Approved("", charged.approvedAt()))
                        .orElse(decided);
            case REFUND ->
                cancellation(
                                shown.map(PspResult.Charged::cancels).orElse(List.of()).stream()
                                        .filter(cancel -> !recorded.contains(cancel.transactionKey()))
                                        .toList(),
                                locked.amountMinor(),
                                requested.decision().transactionKey())
                        .<Outcome>map(cancel -> new Outcome.Approved(cancel.transactionKey(), cancel.canceledAt()))
                        .orElse(decided);
        };
    }

    /**
     * The cancellation of an approved refund: the named one, or the only one of its amount. Empty if none has its
     * amount: the evidence tells how the buyer got the money.
     *
     * @param unrecorded the payment's cancellations that belong to no other refund
     */
    private static Optional<PspCancel> cancellation(
            List<PspCancel> unrecorded, long amountMinor, @Nullable String transactionKey) {
        if (transactionKey != null) {
            return Optional.of(unrecorded.stream()
                    .filter(cancel -> cancel.transactionKey().equals(transactionKey))
                    .findFirst()
                    .orElseThrow(() -> Problem.invalid(
                            "transactionKey", "must be a cancellation of the payment that is not recorded yet")));
        }
        List<PspCancel> ofAmount = unrecorded.stream()
                .filter(cancel -> cancel.amountMinor() == amountMinor)
                .toList();
        if (ofAmount.size() > 1) {
            throw Problem.invalid(
                    "transactionKey",
                    "is required: the payment service provider shows %d cancellations of this amount"
                            .formatted(ofAmount.size()));
        }
        return ofAmount.stream().findFirst();
    }

    private static boolean isInReview(Operation operation) {
        return operation.status().name().equals("REVIEW");
    }
}
