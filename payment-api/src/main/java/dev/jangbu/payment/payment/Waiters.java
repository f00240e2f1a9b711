package dev.jangbu.payment.payment;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * Clients that wait for a payment to move. Whoever moves one wakes them; what another instance moved is found by one query a
 * second for all of them together.
 */
@Component
public class Waiters {

    private static final Logger log = LoggerFactory.getLogger(Waiters.class);

    /** Beyond so many, a client is answered at once with the payment as it is. */
    private static final int MAX = 10_000;

    private static final Duration SWEEP_TIMEOUT = Duration.ofSeconds(5);

    private final PaymentStore payments;
    private final Map<UUID, Set<FluxSink<UUID>>> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();

    Waiters(PaymentStore payments) {
        this.payments = payments;
    }

    /**
     * The payment's id at once, and again whenever it may have moved: whoever looks at the payment each time misses no move.
     * Ends at once after the first when too many wait.
     */
    public Flux<UUID> moves(UUID payment) {
        return Flux.create(
                sink -> {
                    if (count.incrementAndGet() > MAX) {
                        count.decrementAndGet();
                        sink.next(payment).complete();
                        return;
                    }
                    waiting.compute(payment, (id, sinks) -> {
                        Set<FluxSink<UUID>> all = sinks == null ? ConcurrentHashMap.newKeySet() : sinks;
                        all.add(sink);
                        return all;
                    });
                    // After the sink is in the map: on one that is cancelled already this runs at once.
                    sink.onDispose(() -> remove(payment, sink));
                    sink.next(payment);
                },
                FluxSink.OverflowStrategy.LATEST);
    }

    /** Wakes whoever waits for one of these payments. */
    public void wake(Collection<UUID> moved) {
        for (UUID payment : moved) {
            waiting.getOrDefault(payment, Set.of()).forEach(sink -> sink.next(payment));
        }
    }

    @Scheduled(fixedDelay = 1000)
    void sweep() {
        if (waiting.isEmpty()) {
            return;
        }
        try {
            List<UUID> moved = payments.finalAmong(List.copyOf(waiting.keySet()))
                    .collectList()
                    .block(SWEEP_TIMEOUT);
            wake(Objects.requireNonNull(moved, "a list, be it empty"));
        } catch (RuntimeException databaseAway) {
            log.debug("Could not look for payments that others moved", databaseAway);
        }
    }

    private void remove(UUID payment, FluxSink<UUID> sink) {
        count.decrementAndGet();
        waiting.computeIfPresent(payment, (id, sinks) -> {
            sinks.remove(sink);
            return sinks.isEmpty() ? null : sinks;
        });
    }
}
