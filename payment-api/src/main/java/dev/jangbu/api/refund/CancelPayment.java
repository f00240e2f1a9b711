package dev.jangbu.api.refund;

import dev.jangbu.api.PaymentApiSettings;
import dev.jangbu.api.http.Answer;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.TraceContext;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.idempotency.KeyState;
import dev.jangbu.api.outbox.ReplicationSlotMonitor;
import dev.jangbu.api.payment.LongPoll;
import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentResponses;
import dev.jangbu.api.payment.PaymentStore;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/**
 * Cancels a payment: one that was not charged is dropped, also from the queue; of one that was charged the rest is refunded.
 * While it is at the PSP nobody knows which of the two it is: what is open is finished first, and what is being worked on is
 * to be canceled later.
 */
@Component
class CancelPayment {

    static final String OPERATION = "cancel";

    private final PaymentStore payments;
    private final RefundStore refunds;
    private final InFlightOperations finishOpenWork;
    private final RefundIntent begin;
    private final RefundGateway atPsp;
    private final IdempotencyKeys keys;
    private final RefundResponses answers;
    private final PaymentResponses paymentResponses;
    private final ReplicationSlotMonitor replicationSlot;
    private final LongPoll waiters;
    private final TransactionalOperator transaction;
    private final PaymentApiSettings settings;

    CancelPayment(
            PaymentStore payments,
            RefundStore refunds,
            InFlightOperations finishOpenWork,
            RefundIntent begin,
            RefundGateway atPsp,
            IdempotencyKeys keys,
            RefundResponses answers,
            PaymentResponses paymentResponses,
            ReplicationSlotMonitor replicationSlot,
            LongPoll waiters,
            TransactionalOperator transaction,
            PaymentApiSettings settings) {
        this.payments = payments;
        this.refunds = refunds;
        this.finishOpenWork = finishOpenWork;
        this.begin = begin;
        this.atPsp = atPsp;
        this.keys = keys;
        this.answers = answers;
        this.paymentResponses = paymentResponses;
        this.replicationSlot = replicationSlot;
        this.waiters = waiters;
        this.transaction = transaction;
        this.settings = settings;
    }

    /** What T1 has found to be done after it. */
    private sealed interface Intent {

        /** Nothing: this is the answer. */
        record Answered(Answer answer) implements Intent {}

        /** The payment was dropped: this is the answer, and whoever waits for it is to hear. */
        record Dropped(Answer answer) implements Intent {}

        /** The PSP is to be asked to give the rest back. */
        record Send(RefundWork work) implements Intent {}
    }

    Mono<Answer> cancel(UUID paymentId, CancelRequest.Valid request, IdempotencyKey key, TraceContext trace) {
        Fingerprint fingerprint = Fingerprint.of(OPERATION + " " + paymentId, request);
        RefundIntent.Call call = new RefundIntent.Call(OPERATION, request.reason(), key, fingerprint, trace);
        return keys.replay(key, fingerprint).switchIfEmpty(Mono.defer(() -> finishOpenWork
                .of(paymentId)
                .then(intend(paymentId, call))
                .flatMap(intent -> switch (intent) {
                    case Intent.Answered answered -> Mono.just(answered.answer());
                    case Intent.Dropped dropped ->
                        waiters.wake(List.of(paymentId)).thenReturn(dropped.answer());
                    case Intent.Send send ->
                        atPsp.send(send.work(), OPERATION).flatMap(refund -> payments.find(paymentId)
                                .map(payment -> answers.canceled(payment, refund)));
                })));
    }

    /** T1. */
    private Mono<Intent> intend(UUID paymentId, RefundIntent.Call call) {
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
                                                : asItStands(payment, running.resource());
                                    case KeyState.Fresh fresh -> fresh(id, payment, call);
                                })))
                .as(transaction::transactional);
    }

    private Mono<Intent> asItStands(Payment payment, UUID refundId) {
        return refunds.find(refundId).map(refund -> new Intent.Answered(answers.canceled(payment, refund)));
    }

    /** The key is new, or it was forgotten; the refund that it asked for never is. */
    private Mono<Intent> fresh(UUID id, Payment payment, RefundIntent.Call call) {
        return refunds.findByKey(call.key())
                .<Intent>flatMap(before -> before.fingerprint().equals(call.fingerprint())
                        ? keys.forget(call.key())
                                .thenReturn(new Intent.Answered(answers.canceled(payment, before.refund())
                                        .asReplay()))
                        : Mono.error(IdempotencyKeys.reused()))
                .switchIfEmpty(Mono.defer(() ->
                        refunds.inFlight(payment.id()).flatMap(inFlight -> decided(id, payment, inFlight, call))));
    }

    private Mono<Intent> decided(UUID id, Payment payment, boolean inFlight, RefundIntent.Call call) {
        return switch (RefundDecision.cancel(payment, inFlight)) {
            case RefundDecision.Drop drop ->
                payments.cancel(payment)
                        .then(payments.find(payment.id()))
                        .map(paymentResponses::ok)
                        .flatMap(answer -> keys.answered(call.key(), answer).thenReturn(new Intent.Dropped(answer)));
            case RefundDecision.Done done -> {
                Answer answer = paymentResponses.ok(payment);
                yield keys.answered(call.key(), answer).thenReturn(new Intent.Answered(answer));
            }
            case RefundDecision.Send send ->
                replicationSlot
                        .required()
                        .then(begin.begin(id, payment, send.lines(), call))
                        .map(Intent.Send::new);
            case RefundDecision.RefuseInProgress inProgress -> Mono.error(PaymentResponses.inProgress());
            case RefundDecision.RefuseFinal isFinal -> Mono.error(PaymentResponses.isFinal(payment));
            case RefundDecision.RefuseNotRefundable notRefundable ->
                throw new IllegalStateException("A cancellation asks for no charge");
            case RefundDecision.RefuseExceeds exceeds ->
                throw new IllegalStateException("A cancellation gives back what is left");
            case RefundDecision.RefuseField field -> throw new IllegalStateException("A cancellation names no lines");
        };
    }
}
