package dev.jangbu.api.payment;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;

/**
 * Clients that wait for a payment to move. Whoever moves payments shows them here as they have become; what another instance
 * moved is found by one query a second for all that wait. So a client costs one query at most, its first look, however long it
 * waits.
 */
@Component
public class LongPoll {

    private static final Logger log = LoggerFactory.getLogger(LongPoll.class);

    /** Beyond so many, a client is answered at once with the payment as it is. */
    static final int MAX = 10_000;

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final PaymentStore payments;
    private final Map<UUID, Set<Waiter>> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();

    LongPoll(PaymentStore payments, MeterRegistry meters) {
        this.payments = payments;
        Gauge.builder("jangbu.payment.waiting", this, LongPoll::waiting)
                .description("Clients that wait for a payment to move")
                .register(meters);
    }

    /** How many clients wait. */
    int waiting() {
        return count.get();
    }

    /** One client, and the version that it has seen. */
    private static final class Waiter {
        private final FluxSink<Payment> sink;
        private volatile long seen;

        Waiter(FluxSink<Payment> sink) {
            this.sink = sink;
        }

        void show(Payment payment) {
            if (payment.version() >= seen) {
                seen = payment.version();
                sink.next(payment);
            }
        }
    }

    /**
     * The payment as it is, and again whenever it has moved: a first look after whose beginning no move is missed. Ends after
     * the first when too many wait, and at once, empty, if there is no such payment.
     */
    public Flux<Payment> watch(UUID payment) {
        return watch(payment, payments.find(payment));
    }

    /** The same for who has just seen it: without a look, so that what moved it since then is found by the sweep. */
    public Flux<Payment> watch(Payment seen) {
        return watch(seen.id(), Mono.just(seen));
    }

    private Flux<Payment> watch(UUID payment, Mono<Payment> firstLook) {
        return Flux.create(
                sink -> {
                    Waiter waiter = new Waiter(sink);
                    boolean room = count.incrementAndGet() <= MAX;
                    if (room) {
                        waiting.compute(payment, (id, waiters) -> with(waiters, waiter));
                    }
                    // After the waiter is in the map: on a sink that is cancelled already this runs at once.
                    sink.onDispose(() -> remove(payment, waiter));
                    firstLook.subscribe(
                            found -> {
                                waiter.show(found);
                                if (!room) {
                                    sink.complete();
                                }
                            },
                            sink::error,
                            () -> {
                                if (waiter.seen == 0) {
                                    sink.complete();
                                }
                            });
                },
                FluxSink.OverflowStrategy.LATEST);
    }

    /** Shows a payment as it has become to whoever waits for it. */
    public void wake(Payment moved) {
        waiting.getOrDefault(moved.id(), Set.of()).forEach(waiter -> waiter.show(moved));
    }

    /**
     * Shows payments to whoever waits for them: one query for all of these, none if nobody waits. What moved is committed by
     * now, so that nothing that fails here is an error; the sweep finds it.
     */
    public Mono<Void> wake(Collection<UUID> moved) {
        List<UUID> awaited = moved.stream().filter(waiting::containsKey).toList();
        return awaited.isEmpty()
                ? Mono.empty()
                : payments.findAll(awaited)
                        .doOnNext(this::wake)
                        .then()
                        .timeout(TIMEOUT)
                        .onErrorResume(databaseAway -> {
                            log.debug("Could not show what moved to those who wait", databaseAway);
                            return Mono.empty();
                        });
    }

    @Scheduled(fixedDelay = 1000)
    void sweep() {
        if (waiting.isEmpty()) {
            return;
        }
        Map<UUID, Long> seen = new HashMap<>();
        waiting.forEach((id, waiters) -> waiters.forEach(waiter -> seen.merge(id, waiter.seen, Math::min)));
        try {
            List<Payment> moved = payments.changed(seen).collectList().block(TIMEOUT);
            Objects.requireNonNull(moved, "a list, be it empty").forEach(this::wake);
        } catch (RuntimeException databaseAway) {
            log.debug("Could not look for payments that others moved", databaseAway);
        }
    }

    /** A service that stops answers whoever waits, with the payment as it was seen last, rather than break their calls off. */
    @EventListener
    void letGo(AvailabilityChangeEvent<ReadinessState> change) {
        if (change.getState() == ReadinessState.REFUSING_TRAFFIC) {
            waiting.values().forEach(waiters -> waiters.forEach(waiter -> waiter.sink.complete()));
        }
    }

    private static Set<Waiter> with(@Nullable Set<Waiter> waiters, Waiter waiter) {
        Set<Waiter> all = waiters == null ? ConcurrentHashMap.newKeySet() : waiters;
        all.add(waiter);
        return all;
    }

    private void remove(UUID payment, Waiter waiter) {
        count.decrementAndGet();
        waiting.computeIfPresent(payment, (id, waiters) -> {
            waiters.remove(waiter);
            return waiters.isEmpty() ? null : waiters;
        });
    }
}
