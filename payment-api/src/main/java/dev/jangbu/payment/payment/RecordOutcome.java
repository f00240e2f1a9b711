package dev.jangbu.payment.payment;

import static dev.jangbu.payment.database.Rows.required;

import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.payment.Settings;
import dev.jangbu.payment.database.GroupCommit;
import dev.jangbu.payment.database.JsonRows;
import dev.jangbu.payment.edge.Answer;
import dev.jangbu.payment.edge.Problem;
import dev.jangbu.payment.edge.ProblemCode;
import dev.jangbu.payment.idempotency.IdempotencyKeys;
import dev.jangbu.payment.outbox.Outbox;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Flux;
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

    /**
     * Of {@link Move}s: those whose payment is as it was, which is seen under its row's lock; of the others nothing but the
     * attempt's note is written. What is done about a row that somebody else has locked differs.
     */
    private static final String RECORD = """
            WITH told AS (
                SELECT *
                  FROM json_to_recordset(CAST(:moves AS json)) AS move (
                       id uuid, attempt integer, was text, seen bigint, status text, version bigint, cause text,
                       decline_code text, unknown_since timestamptz, review_reason text, approved_at timestamptz,
                       backoff_ms bigint, outcome text, detail text, decided_at timestamptz, traceparent text,
                       requests json, operation text, answer_status integer, answer_location text, answer_body text)),
            standing AS (
                SELECT told.*
                  FROM told
                 CROSS JOIN LATERAL (
                       SELECT
                         FROM payments
                        WHERE id = told.id AND attempts = told.attempt AND status = told.was AND version = told.seen
                          FOR UPDATE %s) AS locked),
            moved AS (
                UPDATE payments p
                   SET status = standing.status, version = standing.version, cause = standing.cause,
                       decline_code = standing.decline_code, unknown_since = standing.unknown_since,
                       review_reason = standing.review_reason, approved_at = standing.approved_at, lease_until = NULL,
                       next_attempt_at = clock_timestamp() + standing.backoff_ms * interval '1 millisecond'
                  FROM standing
                 WHERE p.id = standing.id
                RETURNING p.id),
            call AS (
                SELECT standing.* FROM standing JOIN moved USING (id)),
            noted AS (
                UPDATE psp_attempts attempt
                   SET outcome = told.outcome, detail = told.detail, ended_at = clock_timestamp()
                  FROM told
                 WHERE attempt.resource_id = told.id AND attempt.operation = told.operation
                       AND attempt.attempt = told.attempt AND attempt.ended_at IS NULL),
            settled AS (
                %s),
            answered AS (
                %s)
            SELECT id FROM moved
            """;

    private static final String RECORD_TOGETHER =
            RECORD.formatted("SKIP LOCKED", Outbox.INSERT, IdempotencyKeys.ANSWER_ALL);

    private static final String RECORD_ONE = RECORD.formatted("", Outbox.INSERT, IdempotencyKeys.ANSWER_ALL);

    private final DatabaseClient database;
    private final PaymentStore payments;
    private final PaymentAnswers answers;
    private final Outbox outbox;
    private final Waiters waiters;
    private final WorkBell bell;
    private final TransactionalOperator transaction;
    private final Settings settings;
    private final MeterRegistry meters;
    private final Clock clock;
    private final JsonRows json;
    private final GroupCommit<Move, UUID> moves;

    RecordOutcome(
            DatabaseClient database,
            JsonRows json,
            PaymentStore payments,
            PaymentAnswers answers,
            Outbox outbox,
            Waiters waiters,
            WorkBell bell,
            TransactionalOperator transaction,
            Settings settings,
            MeterRegistry meters,
            Clock clock) {
        this.database = database;
        this.payments = payments;
        this.answers = answers;
        this.outbox = outbox;
        this.waiters = waiters;
        this.bell = bell;
        this.transaction = transaction;
        this.settings = settings;
        this.meters = meters;
        this.clock = clock;
        this.json = json;
        this.moves = new GroupCommit<>("outcome", Move::id, this::moveTogether, settings.groupCommit(), meters);
    }

    /** What an outcome makes of a payment, and all that this entails, as a row. */
    private record Move(
            UUID id,
            int attempt,
            PaymentStatus was,
            long seen,
            PaymentStatus status,
            long version,
            String cause,
            @Nullable String declineCode,
            @Nullable Instant unknownSince,
            @Nullable String reviewReason,
            @Nullable Instant approvedAt,
            @Nullable Long backoffMs,
            String outcome,
            String detail,
            Instant decidedAt,
            @Nullable String traceparent,
            List<Outbox.Row> requests,
            String operation,
            @Nullable Integer answerStatus,
            @Nullable String answerLocation,
            @Nullable String answerBody) {}

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
                ? moveWithOthers(payment, outcome, cause).switchIfEmpty(Mono.defer(() -> payments.find(payment.id())))
                : payments.lock(payment.id())
                        .then(move(payment, outcome, cause))
                        .switchIfEmpty(Mono.defer(() -> payments.find(payment.id())))
                        .as(transaction::transactional);
    }

    /** One that the group left out is not as it was, or somebody is at it: then it is waited for, alone. */
    private Mono<Payment> moveWithOthers(Payment payment, ConfirmOutcome outcome, String cause) {
        return Mono.defer(() -> {
            Instant now = now();
            Payment moved = payment.after(outcome, now);
            Move move = move(payment, moved, outcome, cause, now);
            return moves.call(move)
                    .switchIfEmpty(Mono.defer(() -> moveAlone(move)))
                    .map(id -> moved);
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
            return moveAlone(move(payment, moved, outcome, cause, now)).map(id -> moved);
        });
    }

    private Mono<UUID> moveAlone(Move move) {
        return move(RECORD_ONE, List.of(move)).singleOrEmpty();
    }

    private Mono<Map<UUID, UUID>> moveTogether(List<Move> together) {
        return move(RECORD_TOGETHER, together).collectMap(Function.identity());
    }

    private Flux<UUID> move(String sql, List<Move> together) {
        return database.sql(sql)
                .bind("moves", json.of(together))
                .map(row -> required(row, "id", UUID.class))
                .all();
    }

    private Move move(Payment payment, Payment moved, ConfirmOutcome outcome, String cause, Instant now) {
        Answer answer = answer(moved);
        return new Move(
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
        return moved.status() == PaymentStatus.APPROVED ? SettlementRequests.of(moved, outbox::nextId) : List.of();
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
