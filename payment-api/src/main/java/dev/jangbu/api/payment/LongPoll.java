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
 * Waiting clients, by payment. Code that changes a payment publishes it here. A sweep, one query a second for all
 * waiting clients, finds changes made by other instances. A client costs at most one query of its own. Thread-safe.
 */
@Component
public class LongPoll {

    private static final Logger log = LoggerFactory.getLogger(LongPoll.class);

    /** Limit of waiting clients. Beyond it a client gets the present payment immediately. */
    static final int MAX = 10_000;

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final PaymentStore payments;
    private final Map<UUID, Set<Waiter>> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();

    LongPoll(PaymentStore payments, MeterRegistry meters) {
        this.payments = payments;
        Gauge.builder("jangbu.payment.waiting", this, LongPoll::waiting)
                .description("Clients that wait for a change of a payment")
                .register(meters);
    }

    /** The number of waiting clients. */
    int waiting() {
        return count.get();
    }

    /** One waiting client and the last version sent to it. */
    private static final class Waiter {
        private final FluxSink<Payment> sink;
        private volatile long seen;

        Waiter(FluxSink<Payment> sink) {
            this.sink = sink;
        }

        void send(Payment payment) {
            if (payment.version() >= seen) {
                seen = payment.version();
                sink.next(payment);
            }
        }
    }

    /**
     * Emits the payment now and after each change; no change after the first read is missed. Completes after the first
     * payment if too many clients wait, and empty if there is no such payment.
     */
    public Flux<Payment> watch(UUID payment) {
        return watch(payment, payments.find(payment));
    }

    /** The same without the first read: the sweep finds changes made since the given payment was read. */
    public Flux<Payment> watch(Payment seen) {
        return watch(seen.id(), Mono.just(seen));
    }

    private Flux<Payment> watch(UUID payment, Mono<Payment> firstRead) {
        return Flux.create(
                sink -> {
                    Waiter waiter = new Waiter(sink);
                    boolean room = count.incrementAndGet() <= MAX;
                    if (room) {
                        waiting.compute(payment, (id, waiters) -> with(waiters, waiter));
                    }
                    // After the waiter is in the map: on a cancelled sink this runs immediately.
                    sink.onDispose(() -> remove(payment, waiter));
                    firstRead.subscribe(
                            found -> {
                                waiter.send(found);
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

    /** Sends a changed payment to the clients that wait for it. */
    public void wake(Payment changed) {
        waiting.getOrDefault(changed.id(), Set.of()).forEach(waiter -> waiter.send(changed));
    }

    /**
     * Reads changed payments and sends them to the clients that wait for them: one query, or none if no client waits.
     * The changes are committed, so a failure here is only logged; the sweep finds them.
     */
    public Mono<Void> wake(Collection<UUID> changed) {
        List<UUID> awaited = changed.stream().filter(waiting::containsKey).toList();
        return awaited.isEmpty()
                ? Mono.empty()
                : payments.findAll(awaited)
                        .doOnNext(this::wake)
                        .then()
                        .timeout(TIMEOUT)
                        .onErrorResume(e -> {
                            log.debug("Could not read changed payments for waiting clients", e);
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
            List<Payment> changed = payments.changed(seen).collectList().block(TIMEOUT);
            Objects.requireNonNull(changed, "collectList is never empty").forEach(this::wake);
        } catch (RuntimeException e) {
            log.debug("Could not read payments changed by other instances", e);
        }
    }

    /** A stopping service answers all waiting clients with the payment as they last saw it. */
    @EventListener
    void release(AvailabilityChangeEvent<ReadinessState> change) {
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
