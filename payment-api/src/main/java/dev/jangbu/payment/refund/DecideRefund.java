package dev.jangbu.payment.refund;

import dev.jangbu.payment.edge.Answer;
import dev.jangbu.payment.edge.Problem;
import dev.jangbu.payment.edge.ProblemCode;
import dev.jangbu.payment.idempotency.Claim;
import dev.jangbu.payment.idempotency.Fingerprint;
import dev.jangbu.payment.idempotency.IdempotencyKey;
import dev.jangbu.payment.idempotency.IdempotencyKeys;
import dev.jangbu.payment.payment.Payment;
import dev.jangbu.payment.payment.PaymentStore;
import dev.jangbu.payment.payment.Waiters;
import dev.jangbu.payment.psp.Psp;
import dev.jangbu.payment.psp.PspAnswer;
import dev.jangbu.payment.psp.PspCancel;
import dev.jangbu.payment.review.Resolutions;
import dev.jangbu.payment.review.ResolveRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/**
 * A person says what came of a refund in REVIEW. The PSP is looked at first, for the name of what it did: a cancellation that
 * stayed unnamed here would be taken for the next refund's.
 */
@Component
class DecideRefund {

    /** What a client is told as the PSP's code when a person said that nothing went back. */
    static final String FAILED_BY_HAND = "FAILED_IN_REVIEW";

    private static final String OPERATION = "resolve";

    private final PaymentStore payments;
    private final RefundStore refunds;
    private final RefundAttempts attempts;
    private final RefundAtPsp atPsp;
    private final RecordRefund record;
    private final Resolutions resolutions;
    private final IdempotencyKeys keys;
    private final RefundAnswers answers;
    private final Waiters waiters;
    private final Psp psp;
    private final TransactionalOperator transaction;
    private final Clock clock;

    DecideRefund(
            PaymentStore payments,
            RefundStore refunds,
            RefundAttempts attempts,
            RefundAtPsp atPsp,
            RecordRefund record,
            Resolutions resolutions,
            IdempotencyKeys keys,
            RefundAnswers answers,
            Waiters waiters,
            Psp psp,
            TransactionalOperator transaction,
            Clock clock) {
        this.payments = payments;
        this.refunds = refunds;
        this.attempts = attempts;
        this.atPsp = atPsp;
        this.record = record;
        this.resolutions = resolutions;
        this.keys = keys;
        this.answers = answers;
        this.waiters = waiters;
        this.psp = psp;
        this.transaction = transaction;
        this.clock = clock;
    }

    Mono<Answer> decide(UUID id, ResolveRequest.Valid decision, IdempotencyKey key, UUID apiKeyId) {
        Fingerprint fingerprint = Fingerprint.of(OPERATION + " refund " + id, decision);
        return keys.replay(key, fingerprint).switchIfEmpty(Mono.defer(() -> atPsp.work(id)
                .switchIfEmpty(Mono.error(() -> Problem.notFound("refund")))
                .flatMap(work -> work.refund().status() == RefundStatus.REVIEW
                        ? unnamed(work)
                        : Mono.error(
                                Resolutions.notInReview("refund", work.refund().status())))
                .flatMap(transactionKey -> write(id, transactionKey, decision, key, fingerprint, apiKeyId))));
    }

    /** What the PSP calls the cancellation that is recorded nowhere; empty if it shows none. */
    private Mono<Optional<String>> unnamed(RefundWork work) {
        return psp.find(work.payment().order()).flatMap(answer -> switch (answer) {
            case PspAnswer.Charged charged ->
                Mono.just(charged.cancels().stream()
                        .map(PspCancel::transactionKey)
                        .filter(transactionKey -> !work.recorded().contains(transactionKey))
                        .findFirst());
            case PspAnswer.Declined declined -> Mono.just(Optional.empty());
            case PspAnswer.InProgress inProgress -> Mono.just(Optional.empty());
            case PspAnswer.NotFound notFound -> Mono.just(Optional.empty());
            case PspAnswer.Uncertain uncertain ->
                Mono.error(new Problem(
                                ProblemCode.UNAVAILABLE,
                                "The payment service provider must be asked first, and doesn't answer; try again with the same key")
                        .retryAfter(Duration.ofSeconds(5)));
        });
    }

    private Mono<Answer> write(
            UUID id,
            Optional<String> transactionKey,
            ResolveRequest.Valid decision,
            IdempotencyKey key,
            Fingerprint fingerprint,
            UUID apiKeyId) {
        return refunds.find(id).flatMap(refund -> payments.lock(refund.paymentId())
                .flatMap(payment -> keys.claim(key, fingerprint, OPERATION, id, 0, Duration.ZERO)
                        .flatMap(claim -> switch (claim) {
                            case Claim.Done done -> Mono.just(done.answer());
                            case Claim.Running running ->
                                Mono.<Answer>error(new IllegalStateException("A decision is one transaction"));
                            case Claim.Fresh fresh ->
                                refunds.lock(id)
                                        .flatMap(locked -> decided(payment, locked, transactionKey, decision, apiKeyId))
                                        .flatMap(answer ->
                                                keys.answered(key, answer).thenReturn(answer));
                        }))
                .as(transaction::transactional)
                .delayUntil(answer -> waiters.wake(List.of(refund.paymentId()))));
    }

    private Mono<Answer> decided(
            Payment payment,
            Refund refund,
            Optional<String> transactionKey,
            ResolveRequest.Valid decision,
            UUID apiKeyId) {
        if (refund.status() != RefundStatus.REVIEW) {
            return Mono.error(Resolutions.notInReview("refund", refund.status()));
        }
        Mono<Void> moved = decision.approved()
                ? attempts.approveAfterReview(
                        refund, transactionKey, clock.instant().truncatedTo(ChronoUnit.MILLIS))
                : attempts.failAfterReview(refund, transactionKey, FAILED_BY_HAND);
        String outcome = decision.approved() ? "APPROVED" : "FAILED";
        return moved.then(resolutions.keep(refund.id(), "REFUND", outcome, decision.evidence(), apiKeyId))
                .then(record.consequences(payment, refund))
                .map(answers::ok);
    }
}
