package dev.jangbu.api.payment;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.outbox.ReplicationSlotMonitor;
import dev.jangbu.api.psp.Psp;
import dev.jangbu.contract.ProblemCode;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Creates a payment in READY. One statement writes the payment, its lines, its history and the idempotency key. */
@Component
class CreatePayment {

    static final String OPERATION = "create";

    private final PaymentStore payments;
    private final IdempotencyKeys keys;
    private final PaymentResponses responses;
    private final ReplicationSlotMonitor replicationSlot;
    private final Psp psp;
    private final Clock clock;
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    CreatePayment(
            PaymentStore payments,
            IdempotencyKeys keys,
            PaymentResponses responses,
            ReplicationSlotMonitor replicationSlot,
            Psp psp,
            Clock clock) {
        this.payments = payments;
        this.keys = keys;
        this.responses = responses;
        this.replicationSlot = replicationSlot;
        this.psp = psp;
        this.clock = clock;
    }

    Mono<ApiResponse> create(CreatePaymentRequest request, IdempotencyKey key) {
        Fingerprint fingerprint = Fingerprint.of(OPERATION, request);
        return Mono.defer(() -> insert(payment(request.validated()), key, fingerprint))
                // A stored response takes precedence over a refusal of the repeated call.
                .onErrorResume(
                        Problem.class, refusal -> keys.replay(key, fingerprint).switchIfEmpty(Mono.error(refusal)));
    }

    private Mono<ApiResponse> insert(Payment payment, IdempotencyKey key, Fingerprint fingerprint) {
        ApiResponse answer = responses.created(payment);
        return replicationSlot
                .requireHealthy()
                .then(Mono.defer(() -> payments.create(payment, key, fingerprint, answer)))
                .flatMap(created -> created ? Mono.just(answer) : keys.replay(key, fingerprint))
                // The key expired between the two statements and is free again.
                .switchIfEmpty(Mono.defer(() -> insert(payment, key, fingerprint)))
                .onErrorMap(
                        DuplicateKeyException.class,
                        duplicate -> new Problem(
                                ProblemCode.ORDER_ALREADY_EXISTS,
                                "The order has a payment that was not declined, canceled or expired"));
    }

    private Payment payment(CreatePaymentRequest.Valid valid) {
        UUID id = ids.generate();
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return new Payment(
                id,
                valid.orderId(),
                PaymentStatus.READY,
                valid.currency(),
                valid.amountMinor(),
                valid.lines(),
                psp.name(),
                null,
                null,
                valid.metadata(),
                1,
                0,
                false,
                false,
                false,
                null,
                null,
                null,
                null,
                now,
                null,
                null,
                null);
    }
}
