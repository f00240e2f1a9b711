package dev.jangbu.api.payment;

import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.idempotency.KeyedCall;
import dev.jangbu.api.operation.PspProgress;
import dev.jangbu.api.outbox.ChargeGuard;
import dev.jangbu.api.psp.Psp;
import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.NameBasedId;
import dev.jangbu.contract.ProblemCode;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Creates a payment in READY. One statement writes the payment, its lines, its history and the idempotency key. */
@Component
class CreatePayment {

    private final PaymentStore payments;
    private final IdempotencyKeys keys;
    private final PaymentResponses responses;
    private final ChargeGuard chargeGuard;
    private final Psp psp;
    private final Clock clock;
    private final long maxAmountMinor;

    CreatePayment(
            PaymentStore payments,
            IdempotencyKeys keys,
            PaymentResponses responses,
            ChargeGuard chargeGuard,
            Psp psp,
            Clock clock,
            PaymentApiSettings settings) {
        this.payments = payments;
        this.keys = keys;
        this.responses = responses;
        this.chargeGuard = chargeGuard;
        this.psp = psp;
        this.clock = clock;
        this.maxAmountMinor = settings.limits().maxPaymentAmount();
    }

    Mono<ApiResponse> create(CreatePaymentRequest request, IdempotencyKey key) {
        KeyedCall call = KeyedCall.of(key, "create", "", request.withoutDefaults(), request, request.withDefaults());
        return Mono.defer(() -> insert(
                        request.validated(maxAmountMinor, psp.currencies().keySet()), call, 0))
                // A stored response takes precedence over a refusal of the repeated call.
                .onErrorResume(Problem.class, refusal -> keys.replay(call).switchIfEmpty(Mono.error(refusal)));
    }

    private Mono<ApiResponse> insert(CreatePaymentRequest.Valid valid, KeyedCall call, int generation) {
        UUID id = NameBasedId.ofPayment(call.key().clientId(), call.key().text(), generation);
        Payment payment = payment(id, valid);
        ApiResponse answer = responses.created(payment);
        return chargeGuard
                .requireHealthy()
                .then(Mono.defer(() -> payments.create(payment, call, generation, answer)))
                .flatMap(created -> created ? Mono.just(answer) : keys.replay(call))
                .switchIfEmpty(Mono.defer(() -> payments.findRestored(id)).map(restored -> replay(restored, payment)))
                // The key is free: it was forgotten, before this call or between the two statements.
                .switchIfEmpty(Mono.defer(() -> payments.find(id).hasElement())
                        .flatMap(used -> insert(valid, call, used ? generation + 1 : generation)))
                .onErrorMap(
                        DuplicateKeyException.class,
                        duplicate -> new Problem(
                                ProblemCode.ORDER_ALREADY_EXISTS,
                                "The order has a payment that was not declined, canceled or expired"));
    }

    /** A restored payment is the response to its repeated creation, whose key and fingerprint were lost. */
    private ApiResponse replay(Payment restored, Payment requested) {
        if (!restored.orderId().equals(requested.orderId())
                || restored.amountMinor() != requested.amountMinor()
                || !restored.currency().equals(requested.currency())) {
            throw new Problem(
                    ProblemCode.IDEMPOTENCY_KEY_REUSED,
                    "This Idempotency-Key was used for another payment; use a new key for a new operation");
        }
        return responses.created(restored).asReplay();
    }

    private Payment payment(UUID id, CreatePaymentRequest.Valid valid) {
        return new Payment(
                id,
                valid.orderId(),
                PaymentStatus.READY,
                valid.currency(),
                valid.amountMinor(),
                valid.lines(),
                psp.name(),
                null,
                valid.metadata(),
                1,
                PspProgress.NONE,
                false,
                null,
                null,
                clock.instant(),
                null,
                null,
                null,
                List.of());
    }
}
