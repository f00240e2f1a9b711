package dev.jangbu.api.payment;

import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.TraceContext;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.idempotency.KeyState;
import dev.jangbu.api.outbox.ReplicationSlotMonitor;
import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.ProblemCode;
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
    private final PaymentResponses responses;
    private final ChargePayment charge;
    private final InquirePayment inquire;
    private final ReplicationSlotMonitor replicationSlot;
    private final RecoverySignal recoverySignal;
    private final TransactionalOperator transaction;
    private final PaymentApiSettings settings;

    ConfirmPayment(
            PaymentStore payments,
            PaymentLeases leases,
            IdempotencyKeys keys,
            PaymentResponses responses,
            ChargePayment charge,
            InquirePayment inquire,
            ReplicationSlotMonitor replicationSlot,
            RecoverySignal recoverySignal,
            TransactionalOperator transaction,
            PaymentApiSettings settings) {
        this.payments = payments;
        this.leases = leases;
        this.keys = keys;
        this.responses = responses;
        this.charge = charge;
        this.inquire = inquire;
        this.replicationSlot = replicationSlot;
        this.recoverySignal = recoverySignal;
        this.transaction = transaction;
        this.settings = settings;
    }

    /** The work that remains after T1. */
    private sealed interface Intent {

        /** None: the response is known. */
        record Answered(ApiResponse answer) implements Intent {}

        /** Charge at the PSP. */
        record Charge(Payment payment) implements Intent {}

        /** Wake the recovery, which charges queued payments. */
        record Queued(Payment payment) implements Intent {}

        /** Inquire at the PSP for the outcome of an earlier attempt. */
        record Inquire(WorkLease lease) implements Intent {}
    }

    /**
     * The result of a confirmation.
     *
     * @param payment after this call; empty if the response was stored before or the payment was queued
     */
    record Confirmed(ApiResponse answer, Optional<Payment> payment) {}

    /** @param async whether the client prefers a queued payment to waiting for the outcome */
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
                                "The payment key belongs to another payment; use the key of this payment's checkout"))
                .flatMap(intent -> switch (intent) {
                    case Intent.Answered answered -> Mono.just(new Confirmed(answered.answer(), Optional.empty()));
                    case Intent.Charge started ->
                        charge.charge(started.payment(), OPERATION).map(this::confirmed);
                    case Intent.Queued queued ->
                        Mono.fromRunnable(recoverySignal::raise)
                                .thenReturn(new Confirmed(responses.open(queued.payment()), Optional.empty()));
                    case Intent.Inquire open -> inquire.inquire(open.lease()).map(this::confirmed);
                });
    }

    private Confirmed confirmed(Payment payment) {
        return new Confirmed(responses.confirmed(payment), Optional.of(payment));
    }

    /** A confirmation request with its key and trace. */
    private record Call(
            UUID id,
            ConfirmRequest.Valid request,
            boolean async,
            IdempotencyKey key,
            Fingerprint fingerprint,
            TraceContext trace) {}

    /** T1 as one statement, for the common case. Empty, with nothing changed, if T1 needs a decision. */
    private Mono<Intent> fastPath(Call call) {
        return call.async() || !replicationSlot.isHealthy()
                ? Mono.empty()
                : leases.startFastPath(
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

    /** T1 as a transaction that decides under the payment's row lock. */
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
            case CHARGE ->
                replicationSlot
                        .requireHealthy()
                        .then(leases.start(
                                payment, request.paymentKey(), call.trace().traceparent()))
                        .map(Intent.Charge::new);
            case ACCEPT -> replicationSlot.requireHealthy().then(accept(payment, call));
            case INQUIRE ->
                leases.leaseDue(payment.id(), OPERATION, settings.recoveryLease())
                        .<Intent>map(Intent.Inquire::new)
                        .switchIfEmpty(Mono.error(PaymentResponses::inProgress));
            case RETURN_CHARGED -> answered(call.key(), responses.ok(payment));
            case RETURN_OPEN ->
                keys.endLeases(payment.id(), OPERATION).thenReturn(new Intent.Answered(responses.open(payment)));
            case REFUSE_AMOUNT -> answered(call.key(), responses.refused(payment, amountMismatch()));
            case REFUSE_IN_PROGRESS -> Mono.error(PaymentResponses.inProgress());
            case REFUSE_FINAL -> Mono.error(PaymentResponses.isFinal(payment));
        };
    }

    private Mono<Intent> accept(Payment payment, Call call) {
        return leases.accept(
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

    private Mono<Intent> answered(IdempotencyKey key, ApiResponse answer) {
        return keys.storeResponse(key, answer).thenReturn(new Intent.Answered(answer));
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
