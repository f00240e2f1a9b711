package dev.jangbu.api.refund;

import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.idempotency.KeyState;
import dev.jangbu.api.payment.LongPoll;
import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentStore;
import dev.jangbu.api.psp.Psp;
import dev.jangbu.api.psp.PspOrder;
import dev.jangbu.api.review.PspCancels;
import dev.jangbu.api.review.Resolutions;
import dev.jangbu.api.review.ResolveRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/**
 * Records a person's decision about a refund in REVIEW. First the payment's cancellations are read from the PSP and
 * recorded, because an unrecorded one could be matched with a later refund. Without an answer of the PSP the decision
 * is recorded all the same; cancellations older than a later refund are not matched with it.
 */
@Component
class ResolveRefundReview {

    /** The {@code pspCode} of a refund that a person declared failed. */
    static final String FAILED_BY_HAND = "FAILED_IN_REVIEW";

    private static final String OPERATION = "resolve";

    private final PaymentStore payments;
    private final RefundStore refunds;
    private final RefundLeases leases;
    private final RefundGateway gateway;
    private final RecordRefund record;
    private final Resolutions resolutions;
    private final PspCancels cancels;
    private final IdempotencyKeys keys;
    private final RefundResponses responses;
    private final LongPoll longPoll;
    private final Psp psp;
    private final TransactionalOperator transaction;
    private final Clock clock;

    ResolveRefundReview(
            PaymentStore payments,
            RefundStore refunds,
            RefundLeases leases,
            RefundGateway gateway,
            RecordRefund record,
            Resolutions resolutions,
            PspCancels cancels,
            IdempotencyKeys keys,
            RefundResponses responses,
            LongPoll longPoll,
            Psp psp,
            TransactionalOperator transaction,
            Clock clock) {
        this.payments = payments;
        this.refunds = refunds;
        this.leases = leases;
        this.gateway = gateway;
        this.record = record;
        this.resolutions = resolutions;
        this.cancels = cancels;
        this.keys = keys;
        this.responses = responses;
        this.longPoll = longPoll;
        this.psp = psp;
        this.transaction = transaction;
        this.clock = clock;
    }

    Mono<ApiResponse> resolve(UUID id, ResolveRequest.Valid decision, IdempotencyKey key, UUID apiKeyId) {
        Fingerprint fingerprint = Fingerprint.of(OPERATION + " refund " + id, decision);
        return gateway.work(id)
                .switchIfEmpty(Mono.error(() -> Problem.notFound("refund")))
                .flatMap(work -> cancellations(work)
                        .flatMap(cancellations -> payments.lock(work.payment().id())
                                .flatMap(payment -> keys.claim(key, fingerprint, OPERATION, id, 0, Duration.ZERO)
                                        .flatMap(claim -> switch (claim) {
                                            case KeyState.Done done -> Mono.just(done.answer());
                                            case KeyState.Running running ->
                                                Mono.<ApiResponse>error(new IllegalStateException(
                                                        "A decision commits with its key, so none is running"));
                                            case KeyState.Fresh fresh ->
                                                write(payment, id, cancellations, decision, key, apiKeyId);
                                        }))
                                .as(transaction::transactional)
                                .doOnNext(answer -> {
                                    if (!answer.replayed()) {
                                        record.count(outcome(decision), OPERATION);
                                    }
                                })
                                .delayUntil(answer ->
                                        longPoll.wake(List.of(work.payment().id())))));
    }

    /** Cancellations that the PSP shows now. They are recorded, so that no later refund is matched with one of them. */
    private Mono<Set<String>> cancellations(RefundWork work) {
        PspOrder order = work.payment().order();
        return work.refund().status() == RefundStatus.REVIEW
                ? psp.find(order).map(result -> PspCancels.transactionKeysIn(result, order))
                : Mono.just(Set.of());
    }

    private Mono<ApiResponse> write(
            Payment payment,
            UUID id,
            Set<String> cancellations,
            ResolveRequest.Valid decision,
            IdempotencyKey key,
            UUID apiKeyId) {
        return refunds.lock(id)
                .flatMap(refund -> refund.status() == RefundStatus.REVIEW
                        ? decided(payment, refund, cancellations, decision, apiKeyId)
                        : Mono.<ApiResponse>error(Resolutions.notInReview("refund", refund.status())))
                .flatMap(answer -> keys.storeResponse(key, answer).thenReturn(answer));
    }

    private Mono<ApiResponse> decided(
            Payment payment, Refund refund, Set<String> cancellations, ResolveRequest.Valid decision, UUID apiKeyId) {
        Mono<Void> changed = decision.approved()
                ? leases.approveAfterReview(refund, clock.instant().truncatedTo(ChronoUnit.MILLIS))
                : leases.failAfterReview(refund, FAILED_BY_HAND);
        return changed.then(cancels.record(payment.id(), refund.id(), cancellations))
                .then(resolutions.insert(refund.id(), "REFUND", outcome(decision), decision.evidence(), apiKeyId))
                .then(record.consequences(payment, refund))
                .map(responses::ok);
    }

    private static String outcome(ResolveRequest.Valid decision) {
        return decision.approved() ? "APPROVED" : "FAILED";
    }
}
