package dev.jangbu.api.refund;

import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.TraceContext;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.idempotency.KeyState;
import dev.jangbu.api.outbox.ReplicationSlotMonitor;
import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentResponses;
import dev.jangbu.api.payment.PaymentStore;
import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.ProblemCode;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/**
 * Refunds a payment, in the three steps of a confirmation:
 *
 * <ol>
 *   <li><i>T1</i>, one commit: the idempotency key, the reserved lines, the refund in EXECUTING with a lease.
 *   <li>The PSP is called, outside any transaction.
 *   <li><i>T2</i>, one commit: {@link RecordRefund} turns the reserved amounts into refunded ones, or releases them.
 * </ol>
 *
 * <p>A payment has one operation at the PSP at a time, so an open operation is completed first.
 */
@Component
class RefundPayment {

    static final String OPERATION = "refund";

    private final PaymentStore payments;
    private final RefundStore refunds;
    private final InFlightOperations inFlightOperations;
    private final RefundIntent intent;
    private final RefundGateway gateway;
    private final IdempotencyKeys keys;
    private final RefundResponses responses;
    private final ReplicationSlotMonitor replicationSlot;
    private final TransactionalOperator transaction;
    private final PaymentApiSettings settings;

    RefundPayment(
            PaymentStore payments,
            RefundStore refunds,
            InFlightOperations inFlightOperations,
            RefundIntent intent,
            RefundGateway gateway,
            IdempotencyKeys keys,
            RefundResponses responses,
            ReplicationSlotMonitor replicationSlot,
            TransactionalOperator transaction,
            PaymentApiSettings settings) {
        this.payments = payments;
        this.refunds = refunds;
        this.inFlightOperations = inFlightOperations;
        this.intent = intent;
        this.gateway = gateway;
        this.keys = keys;
        this.responses = responses;
        this.replicationSlot = replicationSlot;
        this.transaction = transaction;
        this.settings = settings;
    }

    /** The work that remains after T1. */
    private sealed interface Intent {

        /** None: the response is known. */
        record Answered(ApiResponse answer) implements Intent {}

        /** Refund at the PSP. */
        record Send(RefundWork work) implements Intent {}
    }

    Mono<ApiResponse> refund(UUID paymentId, RefundRequest.Valid request, IdempotencyKey key, TraceContext trace) {
        Fingerprint fingerprint = Fingerprint.of(OPERATION + " " + paymentId, request);
        RefundIntent.Call call = new RefundIntent.Call(OPERATION, request.reason(), key, fingerprint, trace);
        return keys.replay(key, fingerprint).switchIfEmpty(Mono.defer(() -> inFlightOperations
                .complete(paymentId)
                .then(intend(paymentId, request.requested(), call))
                .flatMap(intent -> switch (intent) {
                    case Intent.Answered answered -> Mono.just(answered.answer());
                    case Intent.Send send ->
                        gateway.send(send.work(), OPERATION).map(responses::refunded);
                })));
    }

    /** T1. */
    private Mono<Intent> intend(UUID paymentId, RefundRequest.Requested requested, RefundIntent.Call call) {
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
                                                : current(running.resource());
                                    case KeyState.Fresh fresh -> fresh(id, payment, requested, call);
                                })))
                .as(transaction::transactional);
    }

    private Mono<Intent> current(UUID refundId) {
        return refunds.find(refundId).map(refund -> new Intent.Answered(responses.refunded(refund)));
    }

    /** The key is new, or was deleted by age; a refund with this key is kept forever. */
    private Mono<Intent> fresh(UUID id, Payment payment, RefundRequest.Requested requested, RefundIntent.Call call) {
        return refunds.findByKey(call.key())
                .<Intent>flatMap(existing -> existing.fingerprint().equals(call.fingerprint())
                        ? keys.release(call.key())
                                .thenReturn(new Intent.Answered(
                                        responses.refunded(existing.refund()).asReplay()))
                        : Mono.error(IdempotencyKeys.reused()))
                .switchIfEmpty(Mono.defer(() -> refunds.inFlight(payment.id())
                        .flatMap(inFlight -> decided(id, payment, inFlight, requested, call))));
    }

    private Mono<Intent> decided(
            UUID id, Payment payment, boolean inFlight, RefundRequest.Requested requested, RefundIntent.Call call) {
        return switch (RefundDecision.refund(payment, inFlight, requested)) {
            case RefundDecision.Send send ->
                replicationSlot
                        .requireHealthy()
                        .then(intent.store(id, payment, send.lines(), call))
                        .map(Intent.Send::new);
            case RefundDecision.RefuseInProgress inProgress -> Mono.error(PaymentResponses.inProgress());
            case RefundDecision.RefuseNotRefundable notRefundable ->
                Mono.error(new Problem(
                        ProblemCode.PAYMENT_NOT_REFUNDABLE,
                        "The payment is " + payment.status() + "; only a charged payment can be refunded"));
            case RefundDecision.RefuseExceeds exceeds ->
                refused(
                        payment,
                        call.key(),
                        new Problem(
                                ProblemCode.REFUND_EXCEEDS_PAYMENT,
                                "The refund exceeds the refundable amount; read the payment's lines"));
            case RefundDecision.RefuseField field ->
                refused(payment, call.key(), Problem.invalid(field.field(), field.detail()));
            case RefundDecision.CancelUncharged uncharged ->
                throw new IllegalStateException("A refund cancels no payment");
            case RefundDecision.Done done -> throw new IllegalStateException("A refund of nothing is refused");
            case RefundDecision.RefuseFinal isFinal ->
                throw new IllegalStateException("A refund is refused as not refundable");
        };
    }

    private Mono<Intent> refused(Payment payment, IdempotencyKey key, Problem problem) {
        ApiResponse answer = responses.refused(payment, problem);
        return keys.storeResponse(key, answer).thenReturn(new Intent.Answered(answer));
    }
}
