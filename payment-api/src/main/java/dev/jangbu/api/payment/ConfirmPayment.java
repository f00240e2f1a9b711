package dev.jangbu.api.payment;

import dev.jangbu.api.PaymentApiSettings;
import dev.jangbu.api.http.Answer;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.ProblemCode;
import dev.jangbu.api.http.TraceContext;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.idempotency.KeyState;
import dev.jangbu.api.outbox.ReplicationSlotMonitor;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/**
 * Confirms a payment with the PSP while the buyer waits:
 *
 * <ol>
 *   <li><i>T1</i>, one commit: the idempotency key, READY to EXECUTING with a lease, the attempt. From here on whoever
 *       dies, the intent is known.
 *   <li>The PSP is called, outside any transaction.
 *   <li><i>T2</i>, one commit: {@link RecordOutcome} writes the status, the outbox and the answers.
 * </ol>
 *
 * <p>A client that would rather not wait ({@code Prefer: respond-async}) has its payment queued instead, READY to ACCEPTED, for
 * the recovery to take it from there. A repetition is answered what was answered, or takes up what was left lying.
 */
@Component
class ConfirmPayment {

    static final String OPERATION = "confirm";

    private final PaymentStore payments;
    private final PaymentLeases attempts;
    private final IdempotencyKeys keys;
    private final PaymentResponses answers;
    private final ChargePayment charge;
    private final InquirePayment resolve;
    private final ReplicationSlotMonitor replicationSlot;
    private final RecoverySignal bell;
    private final TransactionalOperator transaction;
    private final PaymentApiSettings settings;

    ConfirmPayment(
            PaymentStore payments,
            PaymentLeases attempts,
            IdempotencyKeys keys,
            PaymentResponses answers,
            ChargePayment charge,
            InquirePayment resolve,
            ReplicationSlotMonitor replicationSlot,
            RecoverySignal bell,
            TransactionalOperator transaction,
            PaymentApiSettings settings) {
        this.payments = payments;
        this.attempts = attempts;
        this.keys = keys;
        this.answers = answers;
        this.charge = charge;
        this.resolve = resolve;
        this.replicationSlot = replicationSlot;
        this.bell = bell;
        this.transaction = transaction;
        this.settings = settings;
    }

    /** What T1 has found to be done after it. */
    private sealed interface Intent {

        /** Nothing: this is the answer. */
        record Answered(Answer answer) implements Intent {}

        /** The PSP is to be asked to charge. */
        record Charge(Payment payment) implements Intent {}

        /** It was queued: whoever works the queue off is to hear of it. */
        record Queued(Payment payment) implements Intent {}

        /** The PSP is to be asked what came of it. */
        record Resolve(WorkLease claim) implements Intent {}
    }

    /**
     * What a confirmation has come to.
     *
     * @param payment as it has become by this call, if nobody has gone on with it since
     */
    record Confirmed(Answer answer, Optional<Payment> payment) {}

    /** @param async whether the client would rather have the payment queued than wait for its outcome */
    Mono<Confirmed> confirm(
            UUID id, ConfirmRequest.Valid request, boolean async, IdempotencyKey key, TraceContext trace) {
        Call call = new Call(id, request, async, key, Fingerprint.of(OPERATION + " " + id, request), trace);
        return fastPath(call)
                .switchIfEmpty(Mono.defer(() -> replayed(call)))
                .switchIfEmpty(Mono.defer(() -> intend(call)))
                .onErrorMap(
                        DuplicateKeyException.class,
                        duplicate -> new Problem(
                                ProblemCode.PAYMENT_KEY_USED,
                                "Confirm with the payment key of this payment's own checkout"))
                .flatMap(intent -> switch (intent) {
                    case Intent.Answered answered -> Mono.just(new Confirmed(answered.answer(), Optional.empty()));
                    case Intent.Charge begun ->
                        charge.charge(begun.payment(), OPERATION).map(this::confirmed);
                    case Intent.Queued queued ->
                        Mono.fromRunnable(bell::ring)
                                .thenReturn(new Confirmed(answers.open(queued.payment()), Optional.empty()));
                    case Intent.Resolve open -> resolve.resolve(open.claim()).map(this::confirmed);
                });
    }

    private Confirmed confirmed(Payment payment) {
        return new Confirmed(answers.confirmed(payment), Optional.of(payment));
    }

    /** What a client asks for, and how. */
    private record Call(
            UUID id,
            ConfirmRequest.Valid request,
            boolean async,
            IdempotencyKey key,
            Fingerprint fingerprint,
            TraceContext trace) {}

    /** T1 as one statement, where there is nothing to be decided: empty where there is, and then nothing has changed. */
    private Mono<Intent> fastPath(Call call) {
        return call.async() || !replicationSlot.established()
                ? Mono.empty()
                : attempts.beginFastPath(
                                call.id(),
                                call.request(),
                                call.key(),
                                call.fingerprint(),
                                call.trace().traceparent())
                        .map(Intent.Charge::new);
    }

    private Mono<Intent> replayed(Call call) {
        return keys.replay(call.key(), call.fingerprint()).map(Intent.Answered::new);
    }

    /** T1 as a transaction, which decides under the payment's row lock. */
    private Mono<Intent> intend(Call call) {
        return payments.lock(call.id())
                .switchIfEmpty(Mono.error(() -> Problem.notFound("payment")))
                .flatMap(payment -> keys.claim(
                                call.key(),
                                call.fingerprint(),
                                OPERATION,
                                call.id(),
                                payment.attempts() + 1,
                                settings.lease())
                        .flatMap(claim -> switch (claim) {
                            case KeyState.Done done -> Mono.just(new Intent.Answered(done.answer()));
                            case KeyState.Running running ->
                                running.leaseLive() ? Mono.error(IdempotencyKeys.inUse()) : step(payment, call, true);
                            case KeyState.Fresh fresh -> step(payment, call, false);
                        }))
                .as(transaction::transactional);
    }

    private Mono<Intent> step(Payment payment, Call call, boolean repeated) {
        ConfirmRequest.Valid request = call.request();
        return switch (ConfirmDecision.decide(
                payment, request.paymentKey(), request.amount(), call.async(), repeated)) {
            case GO ->
                replicationSlot
                        .required()
                        .then(attempts.begin(
                                payment, request.paymentKey(), call.trace().traceparent()))
                        .map(Intent.Charge::new);
            case ACCEPT -> replicationSlot.required().then(accept(payment, call));
            case RESOLVE ->
                attempts.claimDue(payment.id(), OPERATION, settings.resolutionLease())
                        .<Intent>map(Intent.Resolve::new)
                        .switchIfEmpty(Mono.error(PaymentResponses::inProgress));
            case ANSWER -> answered(call.key(), answers.ok(payment));
            case ANSWER_OPEN ->
                keys.endLeases(payment.id(), OPERATION).thenReturn(new Intent.Answered(answers.open(payment)));
            case REFUSE_AMOUNT -> answered(call.key(), answers.refused(payment, amountMismatch()));
            case REFUSE_IN_PROGRESS -> Mono.error(PaymentResponses.inProgress());
            case REFUSE_FINAL -> Mono.error(PaymentResponses.isFinal(payment));
        };
    }

    private Mono<Intent> accept(Payment payment, Call call) {
        return attempts.accept(
                        payment,
                        call.request().paymentKey(),
                        call.trace().traceparent(),
                        settings.expiryAfter(),
                        settings.async().queueLimit())
                .flatMap(accepted -> accepted
                        ? keys.endLeases(payment.id(), OPERATION).then(payments.find(payment.id()))
                        : Mono.error(queueFull()))
                .map(Intent.Queued::new);
    }

    private Mono<Intent> answered(IdempotencyKey key, Answer answer) {
        return keys.answered(key, answer).thenReturn(new Intent.Answered(answer));
    }

    private static Problem queueFull() {
        return new Problem(
                        ProblemCode.QUEUE_FULL,
                        "As many payments are queued as may be; try again later, or confirm without respond-async")
                .retryAfter(Duration.ofSeconds(5));
    }

    private static Problem amountMismatch() {
        return new Problem(
                ProblemCode.AMOUNT_MISMATCH,
                "Confirm with the amount that the payment was created with; nothing was charged");
    }
}
