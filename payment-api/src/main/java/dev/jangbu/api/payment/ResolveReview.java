package dev.jangbu.api.payment;

import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.idempotency.KeyState;
import dev.jangbu.api.psp.Psp;
import dev.jangbu.api.review.PspCancels;
import dev.jangbu.api.review.Resolutions;
import dev.jangbu.api.review.ResolveRequest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/**
 * Records a person's decision about a payment in REVIEW. The consequences are those of the PSP's own result: the
 * settlement, and the responses of the waiting keys.
 */
@Component
class ResolveReview {

    /** The {@code pspCode} of a payment that a person declined. */
    static final String DECLINED_BY_HAND = "DECLINED_IN_REVIEW";

    private static final String OPERATION = "resolve";

    private final PaymentStore payments;
    private final RecordOutcome record;
    private final Resolutions resolutions;
    private final PspCancels cancels;
    private final Psp psp;
    private final IdempotencyKeys keys;
    private final PaymentResponses responses;
    private final LongPoll longPoll;
    private final TransactionalOperator transaction;

    ResolveReview(
            PaymentStore payments,
            RecordOutcome record,
            Resolutions resolutions,
            PspCancels cancels,
            Psp psp,
            IdempotencyKeys keys,
            PaymentResponses responses,
            LongPoll longPoll,
            TransactionalOperator transaction) {
        this.payments = payments;
        this.record = record;
        this.resolutions = resolutions;
        this.cancels = cancels;
        this.psp = psp;
        this.keys = keys;
        this.responses = responses;
        this.longPoll = longPoll;
        this.transaction = transaction;
    }

    Mono<ApiResponse> resolve(UUID id, ResolveRequest.Valid decision, IdempotencyKey key, UUID apiKeyId) {
        Fingerprint fingerprint = Fingerprint.of(OPERATION + " payment " + id, decision);
        return payments.find(id)
                .switchIfEmpty(Mono.error(() -> Problem.notFound("payment")))
                .flatMap(this::cancellations)
                .flatMap(cancellations -> payments.lock(id)
                        .flatMap(payment -> keys.claim(key, fingerprint, OPERATION, id, 0, Duration.ZERO)
                                .flatMap(claim -> switch (claim) {
                                    case KeyState.Done done -> Mono.just(done.answer());
                                    case KeyState.Running running ->
                                        Mono.<ApiResponse>error(new IllegalStateException(
                                                "A decision commits with its key, so none is running"));
                                    case KeyState.Fresh fresh -> write(payment, cancellations, decision, key, apiKeyId);
                                }))
                        .as(transaction::transactional))
                .doOnNext(answer -> {
                    if (!answer.replayed()) {
                        record.count(outcome(decision), OPERATION);
                    }
                })
                .delayUntil(answer -> longPoll.wake(List.of(id)));
    }

    /** Cancellations that the PSP shows now. They are recorded, so that no later refund is matched with one of them. */
    private Mono<Set<String>> cancellations(Payment payment) {
        return payment.status() == PaymentStatus.REVIEW
                ? psp.find(payment.order()).map(result -> PspCancels.transactionKeysIn(result, payment.order()))
                : Mono.just(Set.of());
    }

    private Mono<ApiResponse> write(
            Payment payment,
            Set<String> cancellations,
            ResolveRequest.Valid decision,
            IdempotencyKey key,
            UUID apiKeyId) {
        if (payment.status() != PaymentStatus.REVIEW) {
            return Mono.error(Resolutions.notInReview("payment", payment.status()));
        }
        return record.transition(payment, outcome(decision), OPERATION)
                .switchIfEmpty(Mono.error(() -> new IllegalStateException("A locked row changed")))
                .delayUntil(decided -> cancels.record(payment.id(), null, cancellations))
                .delayUntil(decided -> resolutions.insert(
                        payment.id(), "PAYMENT", decided.status().name(), decision.evidence(), apiKeyId))
                .map(responses::ok)
                .delayUntil(answer -> keys.storeResponse(key, answer));
    }

    private static ConfirmOutcome outcome(ResolveRequest.Valid decision) {
        return decision.approved() ? new ConfirmOutcome.Approved() : new ConfirmOutcome.Declined(DECLINED_BY_HAND);
    }
}
