package dev.jangbu.api.recovery;

import dev.jangbu.api.operation.WorkLease;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Processes leased work of one kind with bounded concurrency. It leases only as much as it processes at once, so that
 * no lease runs out while work waits. Whenever one item is done it polls for more, so that a slow item delays only
 * itself. Thread-safe.
 */
final class LeasedWorkQueue {

    private static final Logger log = LoggerFactory.getLogger(LeasedWorkQueue.class);

    /** A database that does not answer must not stop the polling. */
    private static final Duration LEASE_TIMEOUT = Duration.ofSeconds(10);

    private final String name;
    private final int concurrency;
    private final IntFunction<Flux<WorkLease>> lease;
    private final Function<WorkLease, Mono<?>> work;
    private final Duration timeout;

    private final AtomicInteger busy = new AtomicInteger();
    /** Polls requested since the running one started; 0 while none runs. */
    private final AtomicInteger requested = new AtomicInteger();

    private volatile boolean stopped;

    /**
     * @param lease leases up to the given number of items, by committed leases
     * @param work processes one item
     * @param timeout after which an item is abandoned, because its lease has run out
     */
    LeasedWorkQueue(
            String name,
            int concurrency,
            IntFunction<Flux<WorkLease>> lease,
            Function<WorkLease, Mono<?>> work,
            Duration timeout) {
        this.name = name;
        this.concurrency = concurrency;
        this.lease = lease;
        this.work = work;
        this.timeout = timeout;
    }

    String name() {
        return name;
    }

    int busy() {
        return busy.get();
    }

    /** Leases no more work; running work continues. */
    void stop() {
        stopped = true;
    }

    /** Polls for work. If a poll is running, it polls once more afterwards. Never blocks. */
    void poll() {
        if (!stopped && requested.getAndIncrement() == 0) {
            run();
        }
    }

    private void run() {
        int answered = requested.get();
        int free = concurrency - busy.get();
        Mono<Integer> leased = free <= 0
                ? Mono.just(0)
                : lease.apply(free)
                        .timeout(LEASE_TIMEOUT)
                        .doOnNext(this::start)
                        .count()
                        .map(Math::toIntExact);
        leased.onErrorResume(e -> {
                    log.warn("Could not lease {}: {}", name, e.toString());
                    return Mono.just(0);
                })
                .subscribe(count -> {
                    // A full batch means that there may be more. Work that ended meanwhile has requested another poll.
                    boolean more = free > 0 && count == free;
                    if (requested.addAndGet(-answered) > 0) {
                        run();
                    } else if (more) {
                        poll();
                    }
                });
    }

    private void start(WorkLease item) {
        busy.incrementAndGet();
        Mono.defer(() -> work.apply(item).timeout(timeout))
                .onErrorResume(failure -> {
                    log.warn("{} {} stays open: {}", name, item.id(), failure.toString());
                    return Mono.empty();
                })
                .doFinally(end -> {
                    busy.decrementAndGet();
                    poll();
                })
                .subscribe();
    }
}
