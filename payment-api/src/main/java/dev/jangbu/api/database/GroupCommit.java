package dev.jangbu.api.database;

import dev.jangbu.api.settings.PaymentApiSettings;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Group commit: executes concurrent calls of one kind in one statement, which then share its round trip and its commit.
 *
 * <ul>
 *   <li>A call after a pause of {@code jangbu.group-commit.linger} is executed immediately. Later calls are queued
 *       until the linger time has passed or {@code max-batch} calls are queued.
 *   <li>A batch contains at most one call about each subject.
 *   <li>Calls of a batch don't affect each other. If the database rejects the statement, each call is retried alone.
 * </ul>
 *
 * <p>Thread-safe. The queue is bounded by the number of concurrent requests.
 *
 * @param <C> a call
 * @param <R> its result
 */
public final class GroupCommit<C, R> {

    private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

    /** SQLSTATE classes that mean the statement was rolled back because of its data or of a concurrent transaction. */
    private static final Set<String> REJECTIONS = Set.of("22", "23", "40", "55", "JB");

    private static final int RETRY_CONCURRENCY = 4;

    private final String name;
    private final Function<C, UUID> subject;
    private final Function<List<C>, Mono<Map<UUID, R>>> statement;
    private final PaymentApiSettings.GroupCommitSettings settings;
    private final Scheduler timer = Schedulers.parallel();
    private final DistributionSummary batchSizes;

    private final Deque<PendingCall<C, R>> pending = new ArrayDeque<>();
    private long lastStartNanos;
    private boolean flushScheduled;

    /**
     * @param name the kind of calls, for the metric {@code jangbu.group.commit} and the log
     * @param subject returns the id that a call is about
     * @param statement executes many calls in one statement and transaction; returns the results by subject, without
     *     the calls that it skipped
     */
    public GroupCommit(
            String name,
            Function<C, UUID> subject,
            Function<List<C>, Mono<Map<UUID, R>>> statement,
            PaymentApiSettings.GroupCommitSettings settings,
            MeterRegistry meters) {
        this.name = name;
        this.subject = subject;
        this.statement = statement;
        this.settings = settings;
        this.batchSizes = DistributionSummary.builder("jangbu.group.commit")
                .description("Calls in one statement")
                .tag("kind", name)
                .register(meters);
        this.lastStartNanos = System.nanoTime() - settings.linger().toNanos();
    }

    /**
     * Executes the call, in a batch or alone, outside of the caller's transaction.
     *
     * @return its result; empty if the statement skipped it and nothing was changed; an error if the database rejected
     *     it, or failed, in which case it may have been executed
     */
    public Mono<R> call(C call) {
        return Mono.create(sink -> enqueue(new PendingCall<>(call, sink)));
    }

    private record PendingCall<C, R>(C call, MonoSink<R> sink) {}

    private void enqueue(PendingCall<C, R> call) {
        List<PendingCall<C, R>> batch;
        synchronized (this) {
            pending.add(call);
            long remainingNanos = settings.linger().toNanos() - (System.nanoTime() - lastStartNanos);
            if (remainingNanos > 0 && pending.size() < settings.maxBatch()) {
                scheduleFlush(remainingNanos);
                return;
            }
            batch = drain();
        }
        execute(batch);
    }

    private void flush() {
        List<PendingCall<C, R>> batch;
        synchronized (this) {
            flushScheduled = false;
            batch = drain();
        }
        execute(batch);
    }

    /** Caller holds the lock. */
    private void scheduleFlush(long nanos) {
        if (!flushScheduled) {
            flushScheduled = true;
            timer.schedule(this::flush, nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Removes the next batch from the queue, oldest first, one call about each subject. Caller holds the lock. */
    private List<PendingCall<C, R>> drain() {
        if (pending.isEmpty()) {
            return List.of();
        }
        lastStartNanos = System.nanoTime();
        List<PendingCall<C, R>> batch = new ArrayList<>();
        Set<UUID> subjects = new HashSet<>();
        for (Iterator<PendingCall<C, R>> iterator = pending.iterator();
                iterator.hasNext() && batch.size() < settings.maxBatch(); ) {
            PendingCall<C, R> call = iterator.next();
            if (subjects.add(subject.apply(call.call()))) {
                batch.add(call);
                iterator.remove();
            }
        }
        if (!pending.isEmpty()) {
            scheduleFlush(settings.linger().toNanos());
        }
        return batch;
    }

    private void execute(List<PendingCall<C, R>> batch) {
        if (batch.isEmpty()) {
            return;
        }
        batchSizes.record(batch.size());
        runStatement(batch).onErrorResume(error -> handleError(batch, error)).subscribe();
    }

    private Mono<Void> runStatement(List<PendingCall<C, R>> batch) {
        return Mono.defer(() ->
                        statement.apply(batch.stream().map(PendingCall::call).toList()))
                .defaultIfEmpty(Map.of())
                .doOnNext(
                        results -> batch.forEach(call -> call.sink().success(results.get(subject.apply(call.call())))))
                .then();
    }

    private Mono<Void> handleError(List<PendingCall<C, R>> batch, Throwable error) {
        if (batch.size() == 1 || !isRejection(error)) {
            batch.forEach(call -> call.sink().error(error));
            return Mono.empty();
        }
        log.debug("The {} statement of {} calls was rejected; retrying each call alone", name, batch.size(), error);
        return Flux.fromIterable(batch)
                .map(List::of)
                .flatMap(single -> runStatement(single).onErrorResume(e -> handleError(single, e)), RETRY_CONCURRENCY)
                .then();
    }

    private static boolean isRejection(Throwable error) {
        return SqlState.of(error)
                .filter(state -> REJECTIONS.stream().anyMatch(state::startsWith))
                .isPresent();
    }
}
