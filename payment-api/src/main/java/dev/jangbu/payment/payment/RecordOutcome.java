package dev.jangbu.payment.payment;

import dev.jangbu.payment.Settings;
import dev.jangbu.payment.edge.Problem;
import dev.jangbu.payment.edge.ProblemCode;
import dev.jangbu.payment.idempotency.IdempotencyKeys;
import dev.jangbu.payment.outbox.Outbox;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * T2: what the PSP answered becomes the payment's status, its settlement's outbox rows, its history, and the answer of every
 * idempotency key that waits for it, in one transaction. One function for the request, its repetition and the recovery; only
 * the payment's last attempt may write, a slower one matches no row and answers what stands.
 */
@Component
public class RecordOutcome {

    /**
     * After which a transaction that records an outcome is given up: a database that doesn't even say no has gone away, and
     * whoever waits for the outcome is told so.
     */
    public static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(RecordOutcome.class);

    private static final Retry PASSING_TROUBLE = Retry.backoff(2, Duration.ofMillis(100));

    private final PaymentStore payments;
    private final PaymentAttempts attempts;
    private final IdempotencyKeys keys;
    private final PaymentAnswers answers;
    private final Outbox outbox;
    private final Waiters waiters;
    private final WorkBell bell;
    private final TransactionalOperator transaction;
    private final Settings settings;
    private final MeterRegistry meters;
    private final Clock clock;

    RecordOutcome(
            PaymentStore payments,
            PaymentAttempts attempts,
            IdempotencyKeys keys,
            PaymentAnswers answers,
            Outbox outbox,
            Waiters waiters,
            WorkBell bell,
            TransactionalOperator transaction,
            Settings settings,
            MeterRegistry meters,
            Clock clock) {
        this.payments = payments;
        this.attempts = attempts;
        this.keys = keys;
        this.answers = answers;
        this.outbox = outbox;
        this.waiters = waiters;
        this.bell = bell;
        this.transaction = transaction;
        this.settings = settings;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * Records the outcome of the payment's attempt.
     *
     * @param payment as it was claimed: its attempts are the attempt's number
     * @return the payment as it stands then; an error 503 {@code outcome-not-recorded} if the database fails
     */
    Mono<Payment> record(Payment payment, ConfirmOutcome outcome, String cause) {
        ConfirmOutcome decided = limited(payment, outcome);
        return Mono.defer(() -> write(payment, decided, cause)
                        .as(transaction::transactional)
                        .timeout(TIMEOUT))
                .retryWhen(PASSING_TROUBLE)
                .onErrorMap(failure -> notRecorded(payment, failure))
                .doOnNext(recorded -> {
                    meters.counter("jangbu.payment.outcomes", "outcome", name(decided), "cause", cause)
                            .increment();
                    waiters.wake(recorded);
                    if (recorded.status() == PaymentStatus.UNKNOWN) {
                        bell.ring();
                    }
                });
    }

    private Mono<Payment> write(Payment payment, ConfirmOutcome outcome, String cause) {
        UUID id = payment.id();
        int attempt = payment.attempts();
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Mono<Boolean> stood =
                switch (outcome) {
                    case ConfirmOutcome.Approved approved -> attempts.approve(id, attempt, cause, now);
                    case ConfirmOutcome.Declined declined -> attempts.decline(id, attempt, cause, declined.code());
                    case ConfirmOutcome.Unknown unknown ->
                        attempts.unknown(
                                id, attempt, cause, now, settings.recovery().backoff(attempt));
                    case ConfirmOutcome.Review review -> attempts.review(id, attempt, cause, review.reason());
                };
        return stood.flatMap(stands -> attempts.note(id, attempt, name(outcome), detail(outcome))
                .then(payments.find(id))
                .flatMap(recorded -> stands ? consequences(recorded).thenReturn(recorded) : Mono.just(recorded)));
    }

    /** What an outcome entails, in the transaction that records it: the settlement, and the answers of the waiting keys. */
    Mono<Void> consequences(Payment payment) {
        return switch (payment.status()) {
            case APPROVED ->
                settle(payment).then(keys.answeredAll(payment.id(), ConfirmPayment.OPERATION, answers.ok(payment)));
            case DECLINED -> keys.answeredAll(payment.id(), ConfirmPayment.OPERATION, answers.declined(payment));
            case UNKNOWN, REVIEW -> keys.endLeases(payment.id(), ConfirmPayment.OPERATION);
            case READY, ACCEPTED, EXECUTING, COMPLETED, CANCELED, EXPIRED ->
                Mono.error(new IllegalStateException("No outcome leaves a payment " + payment.status()));
        };
    }

    private Mono<Void> settle(Payment payment) {
        Instant approvedAt = Objects.requireNonNull(payment.approvedAt(), "approved");
        return outbox.add(SettlementRequests.of(payment, outbox::nextId), approvedAt, payment.traceparent());
    }

    /** After so many attempts without an answer no machine will find out: a person has to. */
    private ConfirmOutcome limited(Payment payment, ConfirmOutcome outcome) {
        return outcome instanceof ConfirmOutcome.Unknown unknown
                        && payment.attempts() >= settings.recovery().maxAttempts()
                ? new ConfirmOutcome.Review(
                        "no answer in %d attempts: %s".formatted(payment.attempts(), unknown.reason()))
                : outcome;
    }

    private Problem notRecorded(Payment payment, Throwable failure) {
        log.error("The outcome of payment {} could not be recorded; the recovery will find it", payment.id(), failure);
        return new Problem(
                        ProblemCode.OUTCOME_NOT_RECORDED,
                        "The payment service provider may have charged; repeat the call with the same key for the outcome")
                .retryAfter(settings.lease());
    }

    private static String name(ConfirmOutcome outcome) {
        return switch (outcome) {
            case ConfirmOutcome.Approved approved -> "APPROVED";
            case ConfirmOutcome.Declined declined -> "DECLINED";
            case ConfirmOutcome.Unknown unknown -> "UNKNOWN";
            case ConfirmOutcome.Review review -> "REVIEW";
        };
    }

    private static String detail(ConfirmOutcome outcome) {
        return switch (outcome) {
            case ConfirmOutcome.Approved approved -> "";
            case ConfirmOutcome.Declined declined -> declined.code();
            case ConfirmOutcome.Unknown unknown -> unknown.reason();
            case ConfirmOutcome.Review review -> review.reason();
        };
    }
}
