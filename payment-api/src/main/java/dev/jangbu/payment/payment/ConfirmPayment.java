package dev.jangbu.payment.payment;

import dev.jangbu.payment.Settings;
import dev.jangbu.payment.edge.Answer;
import dev.jangbu.payment.edge.Problem;
import dev.jangbu.payment.edge.ProblemCode;
import dev.jangbu.payment.edge.TraceContext;
import dev.jangbu.payment.idempotency.Claim;
import dev.jangbu.payment.idempotency.Fingerprint;
import dev.jangbu.payment.idempotency.IdempotencyKey;
import dev.jangbu.payment.idempotency.IdempotencyKeys;
import dev.jangbu.payment.outbox.ChangeStream;
import dev.jangbu.payment.psp.Psp;
import java.time.Duration;
import java.util.UUID;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/**
 * Confirms a payment with the PSP while the buyer waits:
 *
 * <ol>
 *   <li><i>T1</i>, a transaction: the idempotency key, READY to EXECUTING with a lease, the attempt. From here on whoever
 *       dies, the intent is known.
 *   <li>The PSP is called, outside any transaction.
 *   <li><i>T2</i>, a transaction: {@link RecordOutcome} writes the status, the outbox and the answers.
 * </ol>
 *
 * <p>A repetition is answered what was answered, or takes up what was left lying.
 */
@Component
class ConfirmPayment {

    static final String OPERATION = "confirm";

    private final PaymentStore payments;
    private final IdempotencyKeys keys;
    private final PaymentAnswers answers;
    private final ResolvePayment resolve;
    private final RecordOutcome record;
    private final ChangeStream changeStream;
    private final TransactionalOperator transaction;
    private final Psp psp;
    private final Duration lease;
    private final Duration resolutionLease;

    ConfirmPayment(
            PaymentStore payments,
            IdempotencyKeys keys,
            PaymentAnswers answers,
            ResolvePayment resolve,
            RecordOutcome record,
            ChangeStream changeStream,
            TransactionalOperator transaction,
            Psp psp,
            Settings settings) {
        this.payments = payments;
        this.keys = keys;
        this.answers = answers;
        this.resolve = resolve;
        this.record = record;
        this.changeStream = changeStream;
        this.transaction = transaction;
        this.psp = psp;
        this.lease = settings.lease();
        this.resolutionLease = settings.resolutionLease();
    }

    /** What T1 has found to be done after it. */
    private sealed interface Intent {

        /** Nothing: this is the answer. */
        record Answered(Answer answer) implements Intent {}

        /** The PSP is to be asked to charge. */
        record Charge(Payment payment) implements Intent {}

        /** The PSP is to be asked what came of it. */
        record Resolve(Payment payment) implements Intent {}
    }

    Mono<Answer> confirm(UUID id, ConfirmRequest.Valid request, IdempotencyKey key, TraceContext trace) {
        Fingerprint fingerprint = Fingerprint.of(OPERATION + " " + id, request);
        return keys.replay(key, fingerprint).switchIfEmpty(Mono.defer(() -> intend(id, request, key, fingerprint, trace)
                .flatMap(intent -> switch (intent) {
                    case Intent.Answered answered -> Mono.just(answered.answer());
                    case Intent.Charge charge -> charge(charge.payment());
                    case Intent.Resolve open -> resolve.resolve(open.payment()).map(answers::confirmed);
                })));
    }

    private Mono<Answer> charge(Payment payment) {
        return psp.confirm(ResolvePayment.pspKey(payment), payment.order())
                .map(answer -> ConfirmOutcome.judge(answer, payment.order()))
                .flatMap(outcome -> record.record(payment, outcome, OPERATION))
                .map(answers::confirmed);
    }

    /** T1. */
    private Mono<Intent> intend(
            UUID id, ConfirmRequest.Valid request, IdempotencyKey key, Fingerprint fingerprint, TraceContext trace) {
        return payments.lock(id)
                .switchIfEmpty(Mono.error(() -> Problem.notFound("payment")))
                .flatMap(payment -> keys.claim(key, fingerprint, OPERATION, id, payment.attempts() + 1, lease)
                        .flatMap(claim -> switch (claim) {
                            case Claim.Done done -> Mono.just(new Intent.Answered(done.answer()));
                            case Claim.Running running ->
                                running.leaseLive() ? Mono.error(inUse()) : step(payment, request, key, trace, true);
                            case Claim.Fresh fresh -> step(payment, request, key, trace, false);
                        }))
                .as(transaction::transactional)
                .onErrorMap(
                        DuplicateKeyException.class,
                        duplicate -> new Problem(
                                ProblemCode.PAYMENT_KEY_USED,
                                "Confirm with the payment key of this payment's own checkout"));
    }

    private Mono<Intent> step(
            Payment payment, ConfirmRequest.Valid request, IdempotencyKey key, TraceContext trace, boolean repeated) {
        return switch (ConfirmDecision.decide(payment, request.paymentKey(), request.amount(), repeated)) {
            case GO -> {
                changeStream.require();
                yield payments.begin(payment, request.paymentKey(), trace.traceparent(), lease)
                        .then(payments.find(payment.id()))
                        .map(Intent.Charge::new);
            }
            case RESOLVE ->
                payments.claim(payment, OPERATION, resolutionLease)
                        .then(payments.find(payment.id()))
                        .map(Intent.Resolve::new);
            case ANSWER -> answered(key, answers.ok(payment));
            case ANSWER_OPEN ->
                keys.endLeases(payment.id(), OPERATION).thenReturn(new Intent.Answered(answers.open(payment)));
            case REFUSE_AMOUNT -> answered(key, answers.refused(payment, amountMismatch()));
            case REFUSE_IN_PROGRESS -> Mono.error(inProgress());
            case REFUSE_FINAL -> Mono.error(isFinal(payment));
        };
    }

    private Mono<Intent> answered(IdempotencyKey key, Answer answer) {
        return keys.answered(key, answer).thenReturn(new Intent.Answered(answer));
    }

    private Problem inUse() {
        return new Problem(
                        ProblemCode.IDEMPOTENCY_KEY_IN_USE,
                        "A call with this key is at work; repeat it later, with the same key, for its answer")
                .retryAfter(Duration.ofSeconds(1));
    }

    private Problem inProgress() {
        return new Problem(ProblemCode.PAYMENT_IN_PROGRESS, "Another call is at work on this payment; read it to see")
                .retryAfter(Duration.ofSeconds(1));
    }

    private static Problem isFinal(Payment payment) {
        return new Problem(ProblemCode.PAYMENT_FINAL, "The payment is " + payment.status() + "; create a new one");
    }

    private static Problem amountMismatch() {
        return new Problem(
                ProblemCode.AMOUNT_MISMATCH,
                "Confirm with the amount that the payment was created with; nothing was charged");
    }
}
