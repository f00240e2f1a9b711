package dev.jangbu.payment.payment;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.jangbu.payment.Settings;
import dev.jangbu.payment.edge.Answer;
import dev.jangbu.payment.edge.Problem;
import dev.jangbu.payment.edge.ProblemCode;
import dev.jangbu.payment.idempotency.Claim;
import dev.jangbu.payment.idempotency.Fingerprint;
import dev.jangbu.payment.idempotency.IdempotencyKey;
import dev.jangbu.payment.idempotency.IdempotencyKeys;
import dev.jangbu.payment.outbox.ChangeStream;
import dev.jangbu.payment.psp.Psp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/** Creates a payment in READY. One transaction holds the payment, its lines, its history and the idempotency key. */
@Component
class CreatePayment {

    private static final String OPERATION = "create";

    private final PaymentStore payments;
    private final IdempotencyKeys keys;
    private final PaymentAnswers answers;
    private final ChangeStream changeStream;
    private final TransactionalOperator transaction;
    private final Psp psp;
    private final Duration expiryAfter;
    private final Clock clock;
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    CreatePayment(
            PaymentStore payments,
            IdempotencyKeys keys,
            PaymentAnswers answers,
            ChangeStream changeStream,
            TransactionalOperator transaction,
            Psp psp,
            Settings settings,
            Clock clock) {
        this.payments = payments;
        this.keys = keys;
        this.answers = answers;
        this.changeStream = changeStream;
        this.transaction = transaction;
        this.psp = psp;
        this.expiryAfter = settings.expiryAfter();
        this.clock = clock;
    }

    Mono<Answer> create(CreatePaymentRequest request, IdempotencyKey key) {
        Fingerprint fingerprint = Fingerprint.of(OPERATION, request);
        return keys.replay(key, fingerprint).switchIfEmpty(Mono.defer(() -> {
            Payment payment = payment(request.validated());
            return changeStream.required().then(Mono.defer(() -> insert(payment, key, fingerprint)));
        }));
    }

    private Mono<Answer> insert(Payment payment, IdempotencyKey key, Fingerprint fingerprint) {
        Answer answer = answers.created(payment);
        return keys.claim(key, fingerprint, OPERATION, payment.id(), 0, Duration.ZERO)
                .flatMap(claim -> switch (claim) {
                    case Claim.Fresh fresh ->
                        payments.insert(payment, expiryAfter)
                                .then(keys.answered(key, answer))
                                .thenReturn(answer);
                    case Claim.Done done -> Mono.just(done.answer());
                    case Claim.Running running ->
                        Mono.<Answer>error(new IllegalStateException("A creation is one transaction"));
                })
                .as(transaction::transactional)
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
                valid.amount(),
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
