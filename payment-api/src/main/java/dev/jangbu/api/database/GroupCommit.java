package dev.jangbu.api.database;

import dev.jangbu.api.PaymentApiSettings;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.r2dbc.spi.R2dbcException;
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
 * Group commit: calls of one kind that come close together become one statement, and one flush of the log, instead of one
 * each. What a statement costs by itself (its way there and back, its plan and checks set up, its commit) is then shared.
 *
 * <p>A call that comes alone goes at once. After it the next wait until the pause ({@code jangbu.group-commit}) is over, and go
 * together: who has little to do waits for nothing, who has much to do waits a little and does more.
 *
 * <p>Calls in a group stand or fall alone: the statement leaves out what isn't plain, and one that the database refuses is
 * tried again call by call. For that a group holds at most one call about each subject.
 *
 * @param <C> a call
 * @param <R> what comes of it
 */
public final class GroupCommit<C, R> {

    private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

    /** SQLSTATE classes of a statement that was refused for what is in it, or for what another did: nothing of it is done. */
    private static final Set<String> REFUSALS = Set.of("22", "23", "40", "55", "JB");

    private static final int ALONE_AT_ONCE = 4;

    private final String name;
    private final Function<C, UUID> subject;
    private final Function<List<C>, Mono<Map<UUID, R>>> statement;
    private final PaymentApiSettings.GroupCommitSettings pace;
    private final Scheduler timer = Schedulers.parallel();
    private final DistributionSummary sizes;

    private final Deque<Waiting<C, R>> waiting = new ArrayDeque<>();
    private long beganNanos;
    private boolean timed;

    /**
     * @param name of this kind of calls, for the metric {@code jangbu.group.commit} and the log
     * @param subject what a call is about
     * @param statement does many calls in one statement that is a transaction of its own; what came of them by subject, without
     *     those that were left out
     */
    public GroupCommit(
            String name,
            Function<C, UUID> subject,
            Function<List<C>, Mono<Map<UUID, R>>> statement,
            PaymentApiSettings.GroupCommitSettings pace,
            MeterRegistry meters) {
        this.name = name;
        this.subject = subject;
        this.statement = statement;
        this.pace = pace;
        this.sizes = DistributionSummary.builder("jangbu.group.commit")
                .description("Calls in one statement")
                .tag("kind", name)
                .register(meters);
        this.beganNanos = System.nanoTime() - pace.linger().toNanos();
    }

    /**
     * Does the call, with others or alone, outside of any transaction.
     *
     * @return what came of it; empty if it was left out, and then nothing has changed; an error if the database refused it, or
     *     failed, and then it may have been done
     */
    public Mono<R> call(C call) {
        return Mono.create(sink -> arrived(new Waiting<>(call, sink)));
    }

    private record Waiting<C, R>(C call, MonoSink<R> sink) {}

    private void arrived(Waiting<C, R> one) {
        List<Waiting<C, R>> group;
        synchronized (this) {
            waiting.add(one);
            long leftNanos = pace.linger().toNanos() - (System.nanoTime() - beganNanos);
            if (leftNanos > 0 && waiting.size() < pace.maxBatch()) {
                awaitTheNext(leftNanos);
                return;
            }
            group = take();
        }
        run(group);
    }

    private void timeIsUp() {
        List<Waiting<C, R>> group;
        synchronized (this) {
            timed = false;
            group = take();
        }
        run(group);
    }

    /** Within the lock. */
    private void awaitTheNext(long nanos) {
        if (!timed) {
            timed = true;
            timer.schedule(this::timeIsUp, nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** The longest waiting, one about each subject; within the lock. */
    private List<Waiting<C, R>> take() {
        if (waiting.isEmpty()) {
            return List.of();
        }
        beganNanos = System.nanoTime();
        List<Waiting<C, R>> group = new ArrayList<>();
        Set<UUID> subjects = new HashSet<>();
        for (Iterator<Waiting<C, R>> each = waiting.iterator(); each.hasNext() && group.size() < pace.maxBatch(); ) {
            Waiting<C, R> one = each.next();
            if (subjects.add(subject.apply(one.call()))) {
                group.add(one);
                each.remove();
            }
        }
        if (!waiting.isEmpty()) {
            awaitTheNext(pace.linger().toNanos());
        }
        return group;
    }

    private void run(List<Waiting<C, R>> group) {
        if (group.isEmpty()) {
            return;
        }
        sizes.record(group.size());
        done(group).onErrorResume(failure -> failed(group, failure)).subscribe();
    }

    private Mono<Void> done(List<Waiting<C, R>> group) {
        return Mono.defer(
                        () -> statement.apply(group.stream().map(Waiting::call).toList()))
                .defaultIfEmpty(Map.of())
                .doOnNext(results -> group.forEach(one -> one.sink().success(results.get(subject.apply(one.call())))))
                .then();
    }

    private Mono<Void> failed(List<Waiting<C, R>> group, Throwable failure) {
        if (group.size() == 1 || !isRefused(failure)) {
            group.forEach(one -> one.sink().error(failure));
            return Mono.empty();
        }
        log.debug("{} of {} calls was refused, each goes alone", name, group.size(), failure);
        return Flux.fromIterable(group)
                .map(List::of)
                .flatMap(one -> done(one).onErrorResume(theirs -> failed(one, theirs)), ALONE_AT_ONCE)
                .then();
    }

    private static boolean isRefused(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof R2dbcException refusal && refusal.getSqlState() != null) {
                return REFUSALS.stream().anyMatch(refusal.getSqlState()::startsWith);
            }
        }
        return false;
    }
}
