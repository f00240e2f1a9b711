package dev.jangbu.api.refund;

import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.TraceContext;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.idempotency.IdempotentCall;
import dev.jangbu.api.idempotency.KeyedCall;
import dev.jangbu.api.operation.PspProgress;
import dev.jangbu.api.operation.RecordOutcome;
import dev.jangbu.api.operation.RecordOutcome.Recorded;
import dev.jangbu.api.payment.LongPoll;
import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentLine;
import dev.jangbu.api.payment.PaymentResponses;
import dev.jangbu.api.payment.PaymentStore;
import dev.jangbu.api.wallet.Credits;
import dev.jangbu.api.wallet.WalletLimit;
import dev.jangbu.contract.ProblemCode;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Refunds or cancels a payment, in the three steps of a confirmation:
 *
 * <ol>
 *   <li><i>T1</i>, one commit: the idempotency key, the reserved lines, the refund in EXECUTING with a lease.
 *   <li>The PSP is called, outside any transaction.
 *   <li><i>T2</i>, one commit: {@link RecordOutcome} turns the reserved amounts into refunded ones, or releases them.
 * </ol>
 *
 * <p>A cancellation before the charge makes the payment CANCELED, also if it is queued; after the charge it refunds the
 * rest. A payment has one operation at the PSP at a time: an open one without a live lease is completed first.
 */
@Component
class RefundPayment {

    static final String REFUND = "refund";
    static final String CANCEL = "cancel";

    private final PaymentStore payments;
    private final RefundStore refunds;
    private final InFlightOperations inFlightOperations;
    private final RefundGateway gateway;
    private final IdempotencyKeys keys;
    private final IdempotentCall idempotent;
    private final RefundResponses responses;
    private final LongPoll longPoll;
    private final WalletLimit wallets;
    private final Clock clock;

    RefundPayment(
            PaymentStore payments,
            RefundStore refunds,
            InFlightOperations inFlightOperations,
            RefundGateway gateway,
            IdempotencyKeys keys,
            IdempotentCall idempotent,
            RefundResponses responses,
            LongPoll longPoll,
            WalletLimit wallets,
            Clock clock) {
        this.payments = payments;
        this.refunds = refunds;
        this.inFlightOperations = inFlightOperations;
        this.gateway = gateway;
        this.keys = keys;
        this.idempotent = idempotent;
        this.responses = responses;
        this.longPoll = longPoll;
        this.wallets = wallets;
        this.clock = clock;
    }

    /** A call, and the choice of its step by the payment and whether a refund of it is in progress. */
    private record Call(
            KeyedCall keyed,
            String reason,
            String traceparent,
            BiFunction<Payment, Boolean, RefundDecision> decision) {}

    Mono<ApiResponse> refund(UUID paymentId, RefundRequest.Valid request, IdempotencyKey key, TraceContext trace) {
        KeyedCall keyed = KeyedCall.of(key, REFUND, paymentId.toString(), request);
        return execute(
                paymentId,
                new Call(
                        keyed,
                        request.reason(),
                        trace.traceparent(),
                        (payment, inFlight) -> RefundDecision.refund(payment, inFlight, request.requested())));
    }

    Mono<ApiResponse> cancel(UUID paymentId, CancelRequest.Valid request, IdempotencyKey key, TraceContext trace) {
        KeyedCall keyed = KeyedCall.of(key, CANCEL, paymentId.toString(), request);
        return execute(paymentId, new Call(keyed, request.reason(), trace.traceparent(), RefundDecision::cancel));
    }

    private Mono<ApiResponse> execute(UUID paymentId, Call call) {
        return keys.replay(call.keyed()).switchIfEmpty(Mono.defer(() -> inFlightOperations
                .complete(paymentId)
                .then(Mono.defer(() -> refreshWallets(paymentId)))
                .then(Mono.defer(() -> intend(paymentId, call)))
                .flatMap(Function.identity())));
    }

    /** Reads the wallets that a refund would debit, outside of T1, which then knows their balances. */
    private Mono<Void> refreshWallets(UUID paymentId) {
        return payments.find(paymentId)
                .flatMap(payment -> wallets.refresh(
                        payment.lines().stream()
                                .map(PaymentLine::sellerId)
                                .distinct()
                                .toList(),
                        payment.currency()));
    }

    /** T1; returns the work after the commit. */
    private Mono<Mono<ApiResponse>> intend(UUID paymentId, Call call) {
        UUID id = RefundStore.id(call.keyed());
        return idempotent.leased(
                call.keyed(),
                id,
                payments.lockExisting(paymentId),
                payment -> fresh(id, payment, call),
                (payment, refundId) -> refunds.find(refundId).map(refund -> Mono.just(responses.of(payment, refund))),
                Mono::just);
    }

    /** The key is new, or was deleted by age; a refund with this key is kept forever. */
    private Mono<Mono<ApiResponse>> fresh(UUID id, Payment payment, Call call) {
        return refunds.findBy(call.keyed())
                .flatMap(existing -> keys.release(call.keyed())
                        .thenReturn(Mono.just(responses
                                .of(payment, existing, call.keyed().operation())
                                .asReplay())))
                .switchIfEmpty(Mono.defer(() -> refunds.inFlight(payment.id())
                        .flatMap(inFlight ->
                                step(id, payment, call, call.decision().apply(payment, inFlight)))));
    }

    private Mono<Mono<ApiResponse>> step(UUID id, Payment payment, Call call, RefundDecision decision) {
        return switch (decision) {
            case RefundDecision.Send send ->
                wallets.admitsDebits(debits(payment, send.lines()))
                        ? start(refund(id, payment, send.lines(), call), payment, call)
                        : Mono.error(new Problem(
                                ProblemCode.WALLET_LIMIT_EXCEEDED,
                                "The refund would take a seller's wallet too far below 0; nothing was refunded. Credit the"
                                        + " seller by payments, then refund again"));
            case RefundDecision.CancelUncharged uncharged -> cancelUncharged(payment, call);
            case RefundDecision.Done done -> answered(call, responses.ok(payment));
            case RefundDecision.RefuseInProgress inProgress -> Mono.error(PaymentResponses.inProgress());
            case RefundDecision.RefuseFinal isFinal -> Mono.error(PaymentResponses.isFinal(payment));
            case RefundDecision.RefuseNotRefundable notRefundable ->
                Mono.error(new Problem(
                        ProblemCode.PAYMENT_NOT_REFUNDABLE,
                        "The payment is " + payment.status() + "; only a charged payment can be refunded"));
            case RefundDecision.RefuseExceeds exceeds ->
                refused(
                        payment,
                        call,
                        new Problem(
                                ProblemCode.REFUND_EXCEEDS_PAYMENT,
                                "The refund exceeds the refundable amount; read the payment's lines"));
            case RefundDecision.RefuseField field ->
                refused(payment, call, Problem.invalid(field.field(), field.detail()));
        };
    }

    /** What the refund takes from the sellers' wallets at most: the amounts, without the returned fees. */
    private static Credits debits(Payment payment, List<RefundLine> lines) {
        Map<String, String> sellers =
                payment.lines().stream().collect(Collectors.toMap(PaymentLine::lineId, PaymentLine::sellerId));
        return new Credits(
                payment.currency(),
                lines.stream()
                        .collect(Collectors.toMap(
                                line -> Objects.requireNonNull(sellers.get(line.lineId()), "a line of the payment"),
                                RefundLine::amountMinor,
                                Math::addExact)));
    }

    private Mono<Mono<ApiResponse>> start(Refund refund, Payment payment, Call call) {
        return refunds.start(refund, call.keyed())
                .then(Mono.defer(() -> gateway.work(payment, refund)))
                .map(work -> gateway.send(work).map(Recorded::answer));
    }

    private Refund refund(UUID id, Payment payment, List<RefundLine> lines, Call call) {
        return new Refund(
                id,
                payment.id(),
                call.keyed().operation(),
                RefundStatus.EXECUTING,
                lines.stream().mapToLong(RefundLine::amountMinor).reduce(0, Math::addExact),
                lines,
                call.reason(),
                1,
                PspProgress.started(call.traceparent()),
                clock.instant(),
                null,
                null,
                null);
    }

    /** Cancels before the charge; after the commit the waiting clients are woken. */
    private Mono<Mono<ApiResponse>> cancelUncharged(Payment payment, Call call) {
        return payments.cancel(payment)
                .then(Mono.defer(() -> payments.find(payment.id())))
                .flatMap(canceled -> answered(call, responses.ok(canceled)))
                .map(answer -> longPoll.wake(List.of(payment.id())).then(answer));
    }

    private Mono<Mono<ApiResponse>> refused(Payment payment, Call call, Problem problem) {
        return answered(call, responses.refused(payment.id(), problem));
    }

    private Mono<Mono<ApiResponse>> answered(Call call, ApiResponse answer) {
        return keys.storeResponse(call.keyed(), answer).thenReturn(Mono.just(answer));
    }
}
