package dev.jangbu.payment.payment;

import dev.jangbu.payment.edge.Answer;
import dev.jangbu.payment.edge.Problem;
import dev.jangbu.payment.idempotency.Claim;
import dev.jangbu.payment.idempotency.Fingerprint;
import dev.jangbu.payment.idempotency.IdempotencyKey;
import dev.jangbu.payment.idempotency.IdempotencyKeys;
import dev.jangbu.payment.psp.Psp;
import dev.jangbu.payment.review.PspCancels;
import dev.jangbu.payment.review.Resolutions;
import dev.jangbu.payment.review.ResolveRequest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/**
 * A person says what came of a payment in REVIEW. What follows is what follows from the PSP's own answer: the settlement, and
 * the answers of the keys that wait.
 */
@Component
class DecideReview {

    /** What a buyer's client is told as the PSP's code when a person declined. */
    static final String DECLINED_BY_HAND = "DECLINED_IN_REVIEW";

    private static final String OPERATION = "resolve";

    private final PaymentStore payments;
    private final RecordOutcome record;
    private final Resolutions resolutions;
    private final PspCancels cancels;
    private final Psp psp;
    private final IdempotencyKeys keys;
    private final PaymentAnswers answers;
    private final Waiters waiters;
    private final TransactionalOperator transaction;

    DecideReview(
            PaymentStore payments,
            RecordOutcome record,
            Resolutions resolutions,
            PspCancels cancels,
            Psp psp,
            IdempotencyKeys keys,
            PaymentAnswers answers,
            Waiters waiters,
            TransactionalOperator transaction) {
        this.payments = payments;
        this.record = record;
        this.resolutions = resolutions;
        this.cancels = cancels;
        this.psp = psp;
        this.keys = keys;
        this.answers = answers;
        this.waiters = waiters;
        this.transaction = transaction;
    }

    Mono<Answer> decide(UUID id, ResolveRequest.Valid decision, IdempotencyKey key, UUID apiKeyId) {
        Fingerprint fingerprint = Fingerprint.of(OPERATION + " payment " + id, decision);
        return payments.find(id)
                .switchIfEmpty(Mono.error(() -> Problem.notFound("payment")))
                .flatMap(this::shown)
                .flatMap(shown -> payments.lock(id)
                        .flatMap(payment -> keys.claim(key, fingerprint, OPERATION, id, 0, Duration.ZERO)
                                .flatMap(claim -> switch (claim) {
                                    case Claim.Done done -> Mono.just(done.answer());
                                    case Claim.Running running ->
                                        Mono.<Answer>error(new IllegalStateException("A decision is one transaction"));
                                    case Claim.Fresh fresh -> write(payment, shown, decision, key, apiKeyId);
                                }))
                        .as(transaction::transactional))
                .delayUntil(answer -> waiters.wake(List.of(id)));
    }

    /** What went back at the PSP already: the person has seen it, so no later refund may take it for its own. */
    private Mono<Set<String>> shown(Payment payment) {
        return payment.status() == PaymentStatus.REVIEW
                ? psp.find(payment.order()).map(answer -> PspCancels.shownIn(answer, payment.order()))
                : Mono.just(Set.of());
    }

    private Mono<Answer> write(
            Payment payment, Set<String> shown, ResolveRequest.Valid decision, IdempotencyKey key, UUID apiKeyId) {
        if (payment.status() != PaymentStatus.REVIEW) {
            return Mono.error(Resolutions.notInReview("payment", payment.status()));
        }
        ConfirmOutcome outcome =
                decision.approved() ? new ConfirmOutcome.Approved() : new ConfirmOutcome.Declined(DECLINED_BY_HAND);
        return record.move(payment, outcome, OPERATION)
                .switchIfEmpty(Mono.error(() -> new IllegalStateException("A locked row changed under its lock")))
                .delayUntil(decided -> cancels.record(payment.id(), null, shown))
                .delayUntil(decided -> resolutions.keep(
                        payment.id(), "PAYMENT", decided.status().name(), decision.evidence(), apiKeyId))
                .map(answers::ok)
                .delayUntil(answer -> keys.answered(key, answer));
    }
}
