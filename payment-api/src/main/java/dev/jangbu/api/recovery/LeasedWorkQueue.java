package dev.jangbu.api.recovery;

import dev.jangbu.api.payment.WorkLease;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Works one kind of thing off, so many at a time. It claims no more than it works on at once, so that no lease runs out in a
 * queue; and whenever something is done it looks for more at once, so that a slow one holds up nobody but itself.
 */
final class LeasedWorkQueue {

    private static final Logger log = LoggerFactory.getLogger(LeasedWorkQueue.class);

    /** A database that doesn't even say no must not keep the share from looking again. */
    private static final Duration CLAIM_TIMEOUT = Duration.ofSeconds(10);

    private final String name;
    private final int concurrency;
    private final IntFunction<Flux<WorkLease>> claim;
    private final Function<WorkLease, Mono<?>> work;
    private final Duration workLasts;

    private final AtomicInteger busy = new AtomicInteger();
    /** How often a look was asked for since the running one began; 0 while none runs. */
    private final AtomicInteger asked = new AtomicInteger();

    private volatile boolean stopped;

    /**
     * A share.
     *
     * @param claim claims up to so many, by committed leases
     * @param work does one of them
     * @param workLasts after which one is given up, as its lease has run out
     */
    LeasedWorkQueue(
            String name,
            int concurrency,
            IntFunction<Flux<WorkLease>> claim,
            Function<WorkLease, Mono<?>> work,
            Duration workLasts) {
        this.name = name;
        this.concurrency = concurrency;
        this.claim = claim;
        this.work = work;
        this.workLasts = workLasts;
    }

    String name() {
        return name;
    }

    int busy() {
        return busy.get();
    }

    /** Takes nothing up any more; what is being worked on goes on. */
    void stop() {
        stopped = true;
    }

    /** Looks for something to do, unless a look is running: then that one looks again. Never blocks. */
    void look() {
        if (!stopped && asked.getAndIncrement() == 0) {
            run();
        }
    }

    private void run() {
        int seen = asked.get();
        int free = concurrency - busy.get();
        Mono<Integer> claimed = free <= 0
                ? Mono.just(0)
                : claim.apply(free)
                        .timeout(CLAIM_TIMEOUT)
                        .doOnNext(this::begin)
                        .count()
                        .map(Math::toIntExact);
        claimed.onErrorResume(databaseAway -> {
                    log.warn("Could not look for {}: {}", name, databaseAway.toString());
                    return Mono.just(0);
                })
                .subscribe(count -> {
                    // A full catch means that there may be more; what ended meanwhile has asked for another look.
                    boolean more = free > 0 && count == free;
                    if (asked.addAndGet(-seen) > 0) {
                        run();
                    } else if (more) {
                        look();
                    }
                });
    }

    private void begin(WorkLease claimed) {
        busy.incrementAndGet();
        Mono.defer(() -> work.apply(claimed).timeout(workLasts))
                .onErrorResume(failure -> {
                    log.warn("{} {} stays open: {}", name, claimed.id(), failure.toString());
                    return Mono.empty();
                })
                .doFinally(end -> {
                    busy.decrementAndGet();
                    look();
                })
                .subscribe();
    }
}
