package dev.jangbu.api.payment;

import dev.jangbu.api.PaymentApiSettings;
import dev.jangbu.api.http.Answer;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.ProblemCode;
import dev.jangbu.api.outbox.Outbox;
import dev.jangbu.contract.SettlementRequested;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * T2: what the PSP answered becomes the payment's status, its settlement's outbox rows, its history, and the answer of every
 * idempotency key that waits for it, in one commit. One function for the request, its repetition and the recovery; only
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

    private final PaymentTransitions moves;
    private final PaymentStore payments;
    private final PaymentResponses answers;
    private final Outbox outbox;
    private final LongPoll waiters;
    private final RecoverySignal bell;
    private final TransactionalOperator transaction;
    private final PaymentApiSettings settings;
    private final MeterRegistry meters;
    private final Clock clock;

    RecordOutcome(
            PaymentTransitions moves,
            PaymentStore payments,
            PaymentResponses answers,
            Outbox outbox,
            LongPoll waiters,
            RecoverySignal bell,
            TransactionalOperator transaction,
            PaymentApiSettings settings,
            MeterRegistry meters,
            Clock clock) {
        this.moves = moves;
        this.payments = payments;
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
        return Mono.defer(() -> write(payment, decided, cause).timeout(TIMEOUT))
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

    /**
     * The statement sees the keys that were begun before it began. While the payment is EXECUTING no other is begun but by
     * who takes its attempt over. In UNKNOWN they are, under the row's lock: so that is waited for first.
     */
    private Mono<Payment> write(Payment payment, ConfirmOutcome outcome, String cause) {
        return payment.status() == PaymentStatus.EXECUTING
                ? batched(payment, outcome, cause).switchIfEmpty(Mono.defer(() -> payments.find(payment.id())))
                : payments.lock(payment.id())
                        .then(move(payment, outcome, cause))
                        .switchIfEmpty(Mono.defer(() -> payments.find(payment.id())))
                        .as(transaction::transactional);
    }

    private Mono<Payment> batched(Payment payment, ConfirmOutcome outcome, String cause) {
        return Mono.defer(() -> {
            Instant now = now();
            Payment moved = payment.after(outcome, now);
            return moves.withOthers(row(payment, moved, outcome, cause, now)).map(id -> moved);
        });
    }

    /**
     * Moves a payment to what an outcome makes of it, with all that this entails, if it is still as it is given here.
     *
     * @param payment EXECUTING, UNKNOWN or in REVIEW; if not EXECUTING, its row locked by this transaction
     * @return the payment as it is then; empty if it has moved meanwhile
     */
    Mono<Payment> move(Payment payment, ConfirmOutcome outcome, String cause) {
        return Mono.defer(() -> {
            Instant now = now();
            Payment moved = payment.after(outcome, now);
            return moves.alone(row(payment, moved, outcome, cause, now)).map(id -> moved);
        });
    }

    private PaymentTransitions.Transition row(
            Payment payment, Payment moved, ConfirmOutcome outcome, String cause, Instant now) {
        Answer answer = answer(moved);
        return new PaymentTransitions.Transition(
                payment.id(),
                payment.attempts(),
                payment.status(),
                payment.version(),
                moved.status(),
                moved.version(),
                cause,
                moved.declineCode(),
                moved.unknownSince(),
                moved.reviewReason(),
                moved.approvedAt(),
                backoffMs(moved),
                name(outcome),
                detail(outcome),
                now,
                moved.traceparent(),
                outbox.rows(settlement(moved)),
                ConfirmPayment.OPERATION,
                answer == null ? null : answer.status(),
                answer == null ? null : answer.location(),
                answer == null ? null : answer.body());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private @Nullable Long backoffMs(Payment moved) {
        return moved.status() == PaymentStatus.UNKNOWN
                ? settings.recovery().backoff(moved.attempts()).toMillis()
                : null;
    }

    private List<SettlementRequested> settlement(Payment moved) {
        return moved.status() == PaymentStatus.APPROVED ? PaymentSettlement.of(moved, outbox::nextId) : List.of();
    }

    /** Of an outcome that is final; one that is open is not kept. */
    private @Nullable Answer answer(Payment moved) {
        return switch (moved.status()) {
            case APPROVED -> answers.ok(moved);
            case DECLINED -> answers.declined(moved);
            case UNKNOWN, REVIEW -> null;
            case READY, ACCEPTED, EXECUTING, COMPLETED, CANCELED, EXPIRED ->
                throw new IllegalStateException("No outcome leaves a payment " + moved.status());
        };
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
