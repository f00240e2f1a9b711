package dev.jangbu.api.refund;

import dev.jangbu.api.http.ApiResponse;
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
import dev.jangbu.api.settings.PaymentApiSettings;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/**
 * Cancels a payment.
 *
 * <ul>
 *   <li>Before the charge the payment becomes CANCELED, also if it is queued.
 *   <li>After the charge the rest is refunded.
 *   <li>An open operation without a live lease is completed first; with a live lease the cancellation is refused for
 *       now.
 * </ul>
 */
@Component
class CancelPayment {

    static final String OPERATION = "cancel";

    private final PaymentStore payments;
    private final RefundStore refunds;
    private final InFlightOperations inFlightOperations;
    private final RefundIntent intent;
    private final RefundGateway gateway;
    private final IdempotencyKeys keys;
    private final RefundResponses responses;
    private final PaymentResponses paymentResponses;
    private final ReplicationSlotMonitor replicationSlot;
    private final LongPoll longPoll;
    private final TransactionalOperator transaction;
    private final PaymentApiSettings settings;

    CancelPayment(
            PaymentStore payments,
            RefundStore refunds,
            InFlightOperations inFlightOperations,
            RefundIntent intent,
            RefundGateway gateway,
            IdempotencyKeys keys,
            RefundResponses responses,
            PaymentResponses paymentResponses,
            ReplicationSlotMonitor replicationSlot,
            LongPoll longPoll,
            TransactionalOperator transaction,
            PaymentApiSettings settings) {
        this.payments = payments;
        this.refunds = refunds;
        this.inFlightOperations = inFlightOperations;
        this.intent = intent;
        this.gateway = gateway;
        this.keys = keys;
        this.responses = responses;
        this.paymentResponses = paymentResponses;
        this.replicationSlot = replicationSlot;
        this.longPoll = longPoll;
        this.transaction = transaction;
        this.settings = settings;
    }

    /** The work that remains after T1. */
    private sealed interface Intent {

        /** None: the response is known. */
        record Answered(ApiResponse answer) implements Intent {}

        /** The payment was canceled before the charge: wake its waiting clients. */
        record Canceled(ApiResponse answer) implements Intent {}

        /** Refund the rest at the PSP. */
        record Send(RefundWork work) implements Intent {}
    }

    Mono<ApiResponse> cancel(UUID paymentId, CancelRequest.Valid request, IdempotencyKey key, TraceContext trace) {
        Fingerprint fingerprint = Fingerprint.of(OPERATION + " " + paymentId, request);
        RefundIntent.Call call = new RefundIntent.Call(OPERATION, request.reason(), key, fingerprint, trace);
        return keys.replay(key, fingerprint).switchIfEmpty(Mono.defer(() -> inFlightOperations
                .complete(paymentId)
                .then(intend(paymentId, call))
                .flatMap(intent -> switch (intent) {
                    case Intent.Answered answered -> Mono.just(answered.answer());
                    case Intent.Canceled canceled ->
                        longPoll.wake(List.of(paymentId)).thenReturn(canceled.answer());
                    case Intent.Send send ->
                        gateway.send(send.work(), OPERATION).flatMap(refund -> payments.find(paymentId)
                                .map(payment -> responses.canceled(payment, refund)));
                })));
    }

    /** T1. */
    private Mono<Intent> intend(UUID paymentId, RefundIntent.Call call) {
        UUID id = intent.nextId();
        return Mono.defer(() -> payments.lock(paymentId)
                        .switchIfEmpty(Mono.error(() -> Problem.notFound("payment")))
                        .flatMap(payment -> keys.claim(
                                        call.key(), call.fingerprint(), OPERATION, id, 1, settings.lease())
                                .flatMap(claim -> switch (claim) {
                                    case KeyState.Done done -> Mono.just(new Intent.Answered(done.answer()));
                                    case KeyState.Running running ->
                                        running.leaseLive()
                                                ? Mono.error(IdempotencyKeys.inUse())
                                                : current(payment, running.resource());
                                    case KeyState.Fresh fresh -> fresh(id, payment, call);
                                })))
                .as(transaction::transactional);
    }

    private Mono<Intent> current(Payment payment, UUID refundId) {
        return refunds.find(refundId).map(refund -> new Intent.Answered(responses.canceled(payment, refund)));
    }

    /** The key is new, or was deleted by age; a refund with this key is kept forever. */
    private Mono<Intent> fresh(UUID id, Payment payment, RefundIntent.Call call) {
        return refunds.findByKey(call.key())
                .<Intent>flatMap(existing -> existing.fingerprint().equals(call.fingerprint())
                        ? keys.release(call.key())
                                .thenReturn(new Intent.Answered(responses
                                        .canceled(payment, existing.refund())
                                        .asReplay()))
                        : Mono.error(IdempotencyKeys.reused()))
                .switchIfEmpty(Mono.defer(() ->
                        refunds.inFlight(payment.id()).flatMap(inFlight -> decided(id, payment, inFlight, call))));
    }

    private Mono<Intent> decided(UUID id, Payment payment, boolean inFlight, RefundIntent.Call call) {
        return switch (RefundDecision.cancel(payment, inFlight)) {
            case RefundDecision.CancelUncharged uncharged ->
                payments.cancel(payment)
                        .then(payments.find(payment.id()))
                        .map(paymentResponses::ok)
                        .flatMap(answer ->
                                keys.storeResponse(call.key(), answer).thenReturn(new Intent.Canceled(answer)));
            case RefundDecision.Done done -> {
                ApiResponse answer = paymentResponses.ok(payment);
                yield keys.storeResponse(call.key(), answer).thenReturn(new Intent.Answered(answer));
            }
            case RefundDecision.Send send ->
                replicationSlot
                        .requireHealthy()
                        .then(intent.store(id, payment, send.lines(), call))
                        .map(Intent.Send::new);
            case RefundDecision.RefuseInProgress inProgress -> Mono.error(PaymentResponses.inProgress());
            case RefundDecision.RefuseFinal isFinal -> Mono.error(PaymentResponses.isFinal(payment));
            case RefundDecision.RefuseNotRefundable notRefundable ->
                throw new IllegalStateException("A cancellation requires no charge");
            case RefundDecision.RefuseExceeds exceeds ->
                throw new IllegalStateException("A cancellation refunds only the rest");
            case RefundDecision.RefuseField field -> throw new IllegalStateException("A cancellation names no lines");
        };
    }
}
