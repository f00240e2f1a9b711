package dev.jangbu.api.refund;

import dev.jangbu.api.http.Answer;
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
 * A person says what came of a refund in REVIEW. The PSP is looked at first, for the names of what it did: a cancellation that
 * stayed unnamed here could be taken for the next refund's. If the PSP doesn't answer, the decision stands all the same, and what
 * is older than a later refund is not taken for that one's.
 */
@Component
class ResolveRefundReview {

    /** What a client is told as the PSP's code when a person said that nothing went back. */
    static final String FAILED_BY_HAND = "FAILED_IN_REVIEW";

    private static final String OPERATION = "resolve";

    private final PaymentStore payments;
    private final RefundStore refunds;
    private final RefundLeases attempts;
    private final RefundGateway atPsp;
    private final RecordRefund record;
    private final Resolutions resolutions;
    private final PspCancels cancels;
    private final IdempotencyKeys keys;
    private final RefundResponses answers;
    private final LongPoll waiters;
    private final Psp psp;
    private final TransactionalOperator transaction;
    private final Clock clock;

    ResolveRefundReview(
            PaymentStore payments,
            RefundStore refunds,
            RefundLeases attempts,
            RefundGateway atPsp,
            RecordRefund record,
            Resolutions resolutions,
            PspCancels cancels,
            IdempotencyKeys keys,
            RefundResponses answers,
            LongPoll waiters,
            Psp psp,
            TransactionalOperator transaction,
            Clock clock) {
        this.payments = payments;
        this.refunds = refunds;
        this.attempts = attempts;
        this.atPsp = atPsp;
        this.record = record;
        this.resolutions = resolutions;
        this.cancels = cancels;
        this.keys = keys;
        this.answers = answers;
        this.waiters = waiters;
        this.psp = psp;
        this.transaction = transaction;
        this.clock = clock;
    }

    Mono<Answer> decide(UUID id, ResolveRequest.Valid decision, IdempotencyKey key, UUID apiKeyId) {
        Fingerprint fingerprint = Fingerprint.of(OPERATION + " refund " + id, decision);
        return atPsp.work(id)
                .switchIfEmpty(Mono.error(() -> Problem.notFound("refund")))
                .flatMap(work -> shown(work).flatMap(shown -> payments.lock(
                                work.payment().id())
                        .flatMap(payment -> keys.claim(key, fingerprint, OPERATION, id, 0, Duration.ZERO)
                                .flatMap(claim -> switch (claim) {
                                    case KeyState.Done done -> Mono.just(done.answer());
                                    case KeyState.Running running ->
                                        Mono.<Answer>error(new IllegalStateException("A decision is one transaction"));
                                    case KeyState.Fresh fresh -> write(payment, id, shown, decision, key, apiKeyId);
                                }))
                        .as(transaction::transactional)
                        .delayUntil(
                                answer -> waiters.wake(List.of(work.payment().id())))));
    }

    /** What went back at the PSP by now: the person has seen it, so no later refund may take it for its own. */
    private Mono<Set<String>> shown(RefundWork work) {
        PspOrder order = work.payment().order();
        return work.refund().status() == RefundStatus.REVIEW
                ? psp.find(order).map(answer -> PspCancels.shownIn(answer, order))
                : Mono.just(Set.of());
    }

    private Mono<Answer> write(
            Payment payment,
            UUID id,
            Set<String> shown,
            ResolveRequest.Valid decision,
            IdempotencyKey key,
            UUID apiKeyId) {
        return refunds.lock(id)
                .flatMap(refund -> refund.status() == RefundStatus.REVIEW
                        ? decided(payment, refund, shown, decision, apiKeyId)
                        : Mono.<Answer>error(Resolutions.notInReview("refund", refund.status())))
                .flatMap(answer -> keys.answered(key, answer).thenReturn(answer));
    }

    private Mono<Answer> decided(
            Payment payment, Refund refund, Set<String> shown, ResolveRequest.Valid decision, UUID apiKeyId) {
        Mono<Void> moved = decision.approved()
                ? attempts.approveAfterReview(refund, clock.instant().truncatedTo(ChronoUnit.MILLIS))
                : attempts.failAfterReview(refund, FAILED_BY_HAND);
        String outcome = decision.approved() ? "APPROVED" : "FAILED";
        return moved.then(cancels.record(payment.id(), refund.id(), shown))
                .then(resolutions.keep(refund.id(), "REFUND", outcome, decision.evidence(), apiKeyId))
                .then(record.consequences(payment, refund))
                .map(answers::ok);
    }
}
