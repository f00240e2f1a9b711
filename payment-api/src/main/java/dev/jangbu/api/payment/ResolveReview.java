package dev.jangbu.api.payment;

import dev.jangbu.api.http.Answer;
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
 * A person says what came of a payment in REVIEW. What follows is what follows from the PSP's own answer: the settlement, and
 * the answers of the keys that wait.
 */
@Component
class ResolveReview {

    /** What a buyer's client is told as the PSP's code when a person declined. */
    static final String DECLINED_BY_HAND = "DECLINED_IN_REVIEW";

    private static final String OPERATION = "resolve";

    private final PaymentStore payments;
    private final RecordOutcome record;
    private final Resolutions resolutions;
    private final PspCancels cancels;
    private final Psp psp;
    private final IdempotencyKeys keys;
    private final PaymentResponses answers;
    private final LongPoll waiters;
    private final TransactionalOperator transaction;

    ResolveReview(
            PaymentStore payments,
            RecordOutcome record,
            Resolutions resolutions,
            PspCancels cancels,
            Psp psp,
            IdempotencyKeys keys,
            PaymentResponses answers,
            LongPoll waiters,
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
                                    case KeyState.Done done -> Mono.just(done.answer());
                                    case KeyState.Running running ->
                                        Mono.<Answer>error(new IllegalStateException("A decision is one transaction"));
                                    case KeyState.Fresh fresh -> write(payment, shown, decision, key, apiKeyId);
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
