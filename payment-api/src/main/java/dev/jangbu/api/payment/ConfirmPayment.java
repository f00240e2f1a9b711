package dev.jangbu.api.payment;

import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.TraceContext;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.idempotency.IdempotentCall;
import dev.jangbu.api.idempotency.KeyedCall;
import dev.jangbu.api.operation.RecordOutcome;
import dev.jangbu.api.operation.RecordOutcome.Recorded;
import dev.jangbu.api.operation.RecoverySignal;
import dev.jangbu.api.wallet.WalletLimit;
import dev.jangbu.contract.ProblemCode;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Confirms a payment with the PSP while the buyer waits.
 *
 * <p>A payment that would take a seller's wallet beyond its limit is refused first, see {@link WalletLimit}. Then:
 *
 * <ol>
 *   <li><i>T1</i>, one commit: the idempotency key, READY to EXECUTING with a lease, the attempt. A crash after T1
 *       loses nothing: the intent is stored.
 *   <li>The PSP is called, outside any transaction.
 *   <li><i>T2</i>, one commit: {@link RecordOutcome} writes the status, the outbox rows and the stored responses.
 * </ol>
 *
 * <p>With {@code Prefer: respond-async} the payment is queued instead, READY to ACCEPTED, and the recovery charges it.
 * A repeated call gets the stored response, or continues work whose lease has run out.
 */
@Component
class ConfirmPayment {

    static final String OPERATION = "confirm";

    private final PaymentStore payments;
    private final PaymentLeases leases;
    private final IdempotencyKeys keys;
    private final IdempotentCall idempotent;
    private final PaymentResponses responses;
    private final ChargePayment charge;
    private final InquirePayment inquire;
    private final RecoverySignal recoverySignal;
    private final WalletLimit wallets;

    ConfirmPayment(
            PaymentStore payments,
            PaymentLeases leases,
            IdempotencyKeys keys,
            IdempotentCall idempotent,
            PaymentResponses responses,
            ChargePayment charge,
            InquirePayment inquire,
            RecoverySignal recoverySignal,
            WalletLimit wallets) {
        this.payments = payments;
        this.leases = leases;
        this.keys = keys;
        this.idempotent = idempotent;
        this.responses = responses;
        this.charge = charge;
        this.inquire = inquire;
        this.recoverySignal = recoverySignal;
        this.wallets = wallets;
    }

    /** A confirmation's result. The payment is empty if the response was stored before or the payment was queued. */
    record Confirmed(ApiResponse answer, Optional<Payment> payment) {

        static Confirmed of(ApiResponse answer) {
            return new Confirmed(answer, Optional.empty());
        }

        static Confirmed of(Recorded<Payment> recorded) {
            return new Confirmed(recorded.answer(), Optional.of(recorded.operation()));
        }
    }

    /** A confirmation request with its key and trace. */
    private record Confirmation(
            UUID id, ConfirmRequest.Valid request, boolean async, KeyedCall keyed, String traceparent) {}

    /** @param async whether the client prefers a queued payment to waiting for the outcome */
    Mono<Confirmed> confirm(
            UUID id, ConfirmRequest.Valid request, boolean async, IdempotencyKey key, TraceContext trace) {
        KeyedCall keyed = KeyedCall.of(key, OPERATION, id.toString(), request);
        Confirmation call = new Confirmation(id, request, async, keyed, trace.traceparent());
        return isWithinWallets(id)
                .flatMap(within -> within ? fastPath(call) : Mono.empty())
                .switchIfEmpty(Mono.defer(() -> keys.replay(keyed).map(answer -> Mono.just(Confirmed.of(answer)))))
                .switchIfEmpty(Mono.defer(() -> intend(call)))
                .onErrorMap(
                        DuplicateKeyException.class,
                        duplicate -> new Problem(
                                ProblemCode.PAYMENT_KEY_USED,
                                "The payment key belongs to another payment; use the key of this payment's checkout"))
                .flatMap(Function.identity());
    }

    /** Whether the sellers' wallets can take the payment; refused under the row lock, unless a stored response exists. */
    private Mono<Boolean> isWithinWallets(UUID id) {
        return payments.credits(id).flatMap(wallets::admits).defaultIfEmpty(true);
    }

    /** T1 as one statement, for the common case; empty, with nothing changed, if T1 needs a decision. */
    private Mono<Mono<Confirmed>> fastPath(Confirmation call) {
        return call.async()
                ? Mono.empty()
                : leases.startFastPath(call.id(), call.request(), call.keyed(), call.traceparent())
                        .map(this::charge);
    }

    /** T1 as a transaction that decides under the payment's row lock. */
    private Mono<Mono<Confirmed>> intend(Confirmation call) {
        return idempotent.leased(
                call.keyed(),
                call.id(),
                payments.lockExisting(call.id()),
                payment -> step(payment, call, false),
                (payment, resource) -> step(payment, call, true),
                answer -> Mono.just(Confirmed.of(answer)));
    }

    private Mono<Mono<Confirmed>> step(Payment payment, Confirmation call, boolean repeated) {
        ConfirmRequest.Valid request = call.request();
        return switch (ConfirmDecision.decide(
                payment, request.paymentKey(), request.amount(), call.async(), repeated)) {
            case CHARGE ->
                requireWithinWallets(payment)
                        .then(Mono.defer(() -> leases.start(payment, request.paymentKey(), call.traceparent())))
                        .map(this::charge);
            case ACCEPT -> requireWithinWallets(payment).then(Mono.defer(() -> accept(payment, call)));
            case INQUIRE ->
                leases.leaseDue(payment.id())
                        .map(lease -> inquire.inquire(lease).map(Confirmed::of))
                        .switchIfEmpty(Mono.error(PaymentResponses::inProgress));
            case RETURN_CHARGED -> answered(call, responses.ok(payment));
            case RETURN_OPEN ->
                keys.endLeases(payment.id(), OPERATION)
                        .then(Mono.fromSupplier(() -> Mono.just(Confirmed.of(responses.open(payment)))));
            case REFUSE_AMOUNT -> answered(call, responses.refused(payment, amountMismatch()));
            case REFUSE_IN_PROGRESS -> Mono.error(PaymentResponses.inProgress());
            case REFUSE_FINAL -> Mono.error(PaymentResponses.isFinal(payment));
        };
    }

    private Mono<Void> requireWithinWallets(Payment payment) {
        return wallets.isWithin(payment.credits())
                ? Mono.empty()
                : Mono.error(new Problem(
                        ProblemCode.WALLET_LIMIT_EXCEEDED,
                        "The payment would take a seller's wallet beyond its limit; nothing was charged. Pay the seller"
                                + " out, then confirm again"));
    }

    private Mono<Confirmed> charge(Payment payment) {
        wallets.count(payment.credits());
        return charge.charge(payment, OPERATION).map(Confirmed::of);
    }

    /** Queues the payment; after the commit the recovery is woken, which charges it. */
    private Mono<Mono<Confirmed>> accept(Payment payment, Confirmation call) {
        return leases.accept(payment, call.request().paymentKey(), call.traceparent())
                .flatMap(accepted -> accepted
                        ? keys.endLeases(payment.id(), OPERATION)
                                .then(payments.find(payment.id()))
                                .doOnNext(queued -> wallets.count(queued.credits()))
                        : Mono.error(queueFull()))
                .map(queued -> Mono.fromRunnable(recoverySignal::raise)
                        .then(Mono.fromSupplier(() -> Confirmed.of(responses.open(queued)))));
    }

    private Mono<Mono<Confirmed>> answered(Confirmation call, ApiResponse answer) {
        return keys.storeResponse(call.keyed(), answer).thenReturn(Mono.just(Confirmed.of(answer)));
    }

    private static Problem queueFull() {
        return new Problem(
                        ProblemCode.QUEUE_FULL,
                        "The queue of accepted payments is full; try again later, or confirm without respond-async")
                .retryAfter(Duration.ofSeconds(5));
    }

    private static Problem amountMismatch() {
        return new Problem(
                ProblemCode.AMOUNT_MISMATCH, "The amount differs from the payment's amount; nothing was charged");
    }
}
