package dev.jangbu.api.refund;

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
import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentResponses;
import dev.jangbu.api.payment.PaymentStore;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/**
 * Gives money back to the buyer, in the three steps of a confirmation: T1 sets the lines' parts aside and writes the intent
 * down, the PSP is called, T2 ({@link RecordRefund}) turns what was set aside into what went back, or releases it. A payment
 * has one operation at the PSP at a time, so what is open is finished first.
 */
@Component
class RefundPayment {

    static final String OPERATION = "refund";

    private final PaymentStore payments;
    private final RefundStore refunds;
    private final InFlightOperations finishOpenWork;
    private final RefundIntent begin;
    private final RefundGateway atPsp;
    private final IdempotencyKeys keys;
    private final RefundResponses answers;
    private final ReplicationSlotMonitor replicationSlot;
    private final TransactionalOperator transaction;
    private final PaymentApiSettings settings;

    RefundPayment(
            PaymentStore payments,
            RefundStore refunds,
            InFlightOperations finishOpenWork,
            RefundIntent begin,
            RefundGateway atPsp,
            IdempotencyKeys keys,
            RefundResponses answers,
            ReplicationSlotMonitor replicationSlot,
            TransactionalOperator transaction,
            PaymentApiSettings settings) {
        this.payments = payments;
        this.refunds = refunds;
        this.finishOpenWork = finishOpenWork;
        this.begin = begin;
        this.atPsp = atPsp;
        this.keys = keys;
        this.answers = answers;
        this.replicationSlot = replicationSlot;
        this.transaction = transaction;
        this.settings = settings;
    }

    /** What T1 has found to be done after it. */
    private sealed interface Intent {

        /** Nothing: this is the answer. */
        record Answered(Answer answer) implements Intent {}

        /** The PSP is to be asked. */
        record Send(RefundWork work) implements Intent {}
    }

    Mono<Answer> refund(UUID paymentId, RefundRequest.Valid request, IdempotencyKey key, TraceContext trace) {
        Fingerprint fingerprint = Fingerprint.of(OPERATION + " " + paymentId, request);
        RefundIntent.Call call = new RefundIntent.Call(OPERATION, request.reason(), key, fingerprint, trace);
        return keys.replay(key, fingerprint).switchIfEmpty(Mono.defer(() -> finishOpenWork
                .of(paymentId)
                .then(intend(paymentId, request.wanted(), call))
                .flatMap(intent -> switch (intent) {
                    case Intent.Answered answered -> Mono.just(answered.answer());
                    case Intent.Send send -> atPsp.send(send.work(), OPERATION).map(answers::refunded);
                })));
    }

    /** T1. */
    private Mono<Intent> intend(UUID paymentId, RefundRequest.Wanted wanted, RefundIntent.Call call) {
        UUID id = begin.nextId();
        return Mono.defer(() -> payments.lock(paymentId)
                        .switchIfEmpty(Mono.error(() -> Problem.notFound("payment")))
                        .flatMap(payment -> keys.claim(
                                        call.key(), call.fingerprint(), OPERATION, id, 1, settings.lease())
                                .flatMap(claim -> switch (claim) {
                                    case KeyState.Done done -> Mono.just(new Intent.Answered(done.answer()));
                                    case KeyState.Running running ->
                                        running.leaseLive()
                                                ? Mono.error(IdempotencyKeys.inUse())
                                                : asItStands(running.resource());
                                    case KeyState.Fresh fresh -> fresh(id, payment, wanted, call);
                                })))
                .as(transaction::transactional);
    }

    private Mono<Intent> asItStands(UUID refundId) {
        return refunds.find(refundId).map(refund -> new Intent.Answered(answers.refunded(refund)));
    }

    /** The key is new, or it was forgotten; the refund that it asked for never is. */
    private Mono<Intent> fresh(UUID id, Payment payment, RefundRequest.Wanted wanted, RefundIntent.Call call) {
        return refunds.findByKey(call.key())
                .<Intent>flatMap(before -> before.fingerprint().equals(call.fingerprint())
                        ? keys.forget(call.key())
                                .thenReturn(new Intent.Answered(
                                        answers.refunded(before.refund()).asReplay()))
                        : Mono.error(IdempotencyKeys.reused()))
                .switchIfEmpty(Mono.defer(() -> refunds.inFlight(payment.id())
                        .flatMap(inFlight -> decided(id, payment, inFlight, wanted, call))));
    }

    private Mono<Intent> decided(
            UUID id, Payment payment, boolean inFlight, RefundRequest.Wanted wanted, RefundIntent.Call call) {
        return switch (RefundDecision.refund(payment, inFlight, wanted)) {
            case RefundDecision.Send send ->
                replicationSlot
                        .required()
                        .then(begin.begin(id, payment, send.lines(), call))
                        .map(Intent.Send::new);
            case RefundDecision.RefuseInProgress inProgress -> Mono.error(PaymentResponses.inProgress());
            case RefundDecision.RefuseNotRefundable notRefundable ->
                Mono.error(new Problem(
                        ProblemCode.PAYMENT_NOT_REFUNDABLE,
                        "The payment is " + payment.status() + "; only what was charged can go back"));
            case RefundDecision.RefuseExceeds exceeds ->
                refused(
                        payment,
                        call.key(),
                        new Problem(
                                ProblemCode.REFUND_EXCEEDS_PAYMENT,
                                "More would go back than was paid and not refunded yet; read the payment's lines"));
            case RefundDecision.RefuseField field ->
                refused(payment, call.key(), Problem.invalid(field.field(), field.detail()));
            case RefundDecision.Drop drop -> throw new IllegalStateException("A refund drops no payment");
            case RefundDecision.Done done -> throw new IllegalStateException("A refund of nothing is refused");
            case RefundDecision.RefuseFinal isFinal -> throw new IllegalStateException("A refund is refused by name");
        };
    }

    private Mono<Intent> refused(Payment payment, IdempotencyKey key, Problem problem) {
        Answer answer = answers.refused(payment, problem);
        return keys.answered(key, answer).thenReturn(new Intent.Answered(answer));
    }
}
