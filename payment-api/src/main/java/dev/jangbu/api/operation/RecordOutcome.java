package dev.jangbu.api.operation;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.GroupCommit;
import dev.jangbu.api.database.JsonRecordset;
import dev.jangbu.api.database.Sql;
import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.outbox.Outbox;
import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.ProblemCode;
import dev.jangbu.contract.SettlementRequested;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * T2 of an operation at the PSP: records the outcome of an attempt. One statement writes the status and its history,
 * the outbox rows of the settlement, the refunded lines, and the response of every idempotency key that waits for the
 * outcome. Only the last attempt may write.
 */
@Component
public class RecordOutcome {

    /**
     * Timeout of a transaction that records an outcome: a database that does not answer counts as unavailable, and the
     * waiting client gets a 503.
     */
    public static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(RecordOutcome.class);

    private static final Retry TRANSIENT_FAILURES = Retry.backoff(2, Duration.ofMillis(100));

    private static final String RECORD = Sql.read(RecordOutcome.class, "record-outcomes.sql");

    private final DatabaseClient database;
    private final JsonRecordset json;
    private final Outbox outbox;
    private final RecoverySignal recoverySignal;
    private final PaymentApiSettings settings;
    private final MeterRegistry meters;
    private final GroupCommit<Row, UUID> groupCommit;

    RecordOutcome(
            DatabaseClient database,
            JsonRecordset json,
            Outbox outbox,
            RecoverySignal recoverySignal,
            PaymentApiSettings settings,
            MeterRegistry meters) {
        this.database = database;
        this.json = json;
        this.outbox = outbox;
        this.recoverySignal = recoverySignal;
        this.settings = settings;
        this.meters = meters;
        this.groupCommit = new GroupCommit<>(
                "outcome",
                Row::id,
                rows -> apply(rows).collectMap(Function.identity()),
                settings.groupCommit(),
                meters);
    }

    /** An operation after T2, and the response to its call: as stored under the waiting keys, unless it is a 202. */
    public record Recorded<R extends Operation>(R operation, ApiResponse answer) {}

    /**
     * The consequences of an outcome.
     *
     * @param before as leased, with the attempt's number
     * @param requests the settlement, if it was approved
     * @param lines the refunded lines of a refund
     * @param answer the response to the call; a 202 leaves it open
     */
    public record Transition<R extends Operation>(
            R before,
            R after,
            Outcome outcome,
            String cause,
            Instant at,
            List<SettlementRequested> requests,
            List<? extends Record> lines,
            ApiResponse answer) {}

    /** A transition in the statement's JSON. */
    private record Row(
            OperationKind kind,
            UUID id,
            int attempt,
            String fromStatus,
            long fromVersion,
            String status,
            String detail,
            String cause,
            Instant at,
            @Nullable Long backoffMs,
            @Nullable String traceparent,
            List<Outbox.Row> requests,
            List<? extends Record> lines,
            String call,
            ApiResponse answer) {}

    /**
     * Records the outcome of the operation's attempt; after the last attempt without an answer a person has to decide.
     *
     * @param leased with the attempt's number
     * @param write writes the outcome once; returns the stored operation if a later attempt or a decision came first
     * @return an error 503 {@code outcome-not-recorded} if the database fails
     */
    public <R extends Operation> Mono<Recorded<R>> record(
            R leased, Outcome outcome, String cause, Function<Outcome, Mono<Recorded<R>>> write) {
        Outcome decided = outcome.limited(leased.attempts(), settings.recovery().maxAttempts());
        return Mono.defer(() -> write.apply(decided).timeout(TIMEOUT))
                .retryWhen(TRANSIENT_FAILURES)
                .onErrorMap(failure -> notRecorded(leased, failure))
                .doOnNext(recorded -> {
                    // A higher attempt number: this attempt had lost its lease and recorded nothing.
                    if (recorded.operation().attempts() == leased.attempts()) {
                        count(leased.kind(), decided, cause);
                    }
                    if (recorded.operation().status().name().equals("UNKNOWN")) {
                        recoverySignal.raise();
                    }
                });
    }

    /** Counts a recorded outcome, after its commit. */
    public void count(OperationKind kind, Outcome outcome, String cause) {
        meters.counter("jangbu." + kind.resource() + ".outcomes", "outcome", kind.statusAfter(outcome), "cause", cause)
                .increment();
    }

    /**
     * Applies a transition in a statement shared with concurrent ones, outside any transaction; empty if the operation
     * has changed or its row is locked.
     */
    public <R extends Operation> Mono<Recorded<R>> batched(Transition<R> transition) {
        return groupCommit.call(row(transition)).map(id -> recorded(transition));
    }

    /**
     * Applies a transition in the caller's transaction, which holds the row lock, of a refund also the payment's; empty
     * if the operation has changed.
     */
    public <R extends Operation> Mono<Recorded<R>> single(Transition<R> transition) {
        return apply(List.of(row(transition))).singleOrEmpty().map(id -> recorded(transition));
    }

    private static <R extends Operation> Recorded<R> recorded(Transition<R> transition) {
        return new Recorded<>(transition.after(), transition.answer());
    }

    private Flux<UUID> apply(List<Row> rows) {
        return database.sql(RECORD)
                .bind("transitions", json.of(rows))
                .map(row -> required(row, "id", UUID.class))
                .all();
    }

    private <R extends Operation> Row row(Transition<R> transition) {
        R before = transition.before();
        return new Row(
                before.kind(),
                before.id(),
                before.attempts(),
                before.status().name(),
                before.version(),
                transition.after().status().name(),
                transition.outcome().detail(),
                transition.cause(),
                transition.at(),
                transition.outcome() instanceof Outcome.Unknown
                        ? settings.recovery().backoff(before.attempts()).toMillis()
                        : null,
                before.progress().traceparent(),
                outbox.rows(transition.requests()),
                transition.lines(),
                before.call(),
                transition.answer());
    }

    private Problem notRecorded(Operation operation, Throwable failure) {
        log.error(
                "The outcome of {} {} could not be recorded; the recovery will inquire again",
                operation.kind().resource(),
                operation.id(),
                failure);
        return new Problem(
                        ProblemCode.OUTCOME_NOT_RECORDED,
                        "The payment service provider may have "
                                + (operation.kind() == OperationKind.PAYMENT ? "charged" : "refunded")
                                + "; repeat the call with the same key for the outcome")
                .retryAfter(settings.lease());
    }
}
