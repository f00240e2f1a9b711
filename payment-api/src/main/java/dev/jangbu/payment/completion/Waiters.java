package dev.jangbu.payment.completion;

import dev.jangbu.payment.payment.PaymentStore;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Clients that wait for a payment to move. Whoever moves one wakes them; what another instance moved is found by one query a
 * second for all of them together.
 */
@Component
public class Waiters {

    private static final Logger log = LoggerFactory.getLogger(Waiters.class);

    /** Beyond so many, a client is answered at once with the payment as it is. */
    static final int MAX = 10_000;

    private static final Duration SWEEP_TIMEOUT = Duration.ofSeconds(5);

    private final PaymentStore payments;
    private final Map<UUID, Sinks.One<Boolean>> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();

    Waiters(PaymentStore payments) {
        this.payments = payments;
    }

    /**
     * Registers before it returns, so that no move is missed between a look at the payment and the wait.
     *
     * @return completes at the payment's next move; at once when too many wait
     */
    public Mono<Void> nextMove(UUID payment) {
        if (count.get() >= MAX) {
            return Mono.empty();
        }
        Sinks.One<Boolean> move = waiting.computeIfAbsent(payment, id -> Sinks.one());
        count.incrementAndGet();
        return move.asMono().doFinally(signal -> count.decrementAndGet()).then();
    }

    /** Whether no more can wait. */
    public boolean full() {
        return count.get() >= MAX;
    }

    /** Wakes whoever waits for one of these payments. */
    public void wake(Collection<UUID> moved) {
        for (UUID payment : moved) {
            Sinks.One<Boolean> move = waiting.remove(payment);
            if (move != null) {
                move.emitValue(true, Sinks.EmitFailureHandler.busyLooping(SWEEP_TIMEOUT));
            }
        }
    }

    @Scheduled(fixedDelay = 1000)
    void sweep() {
        if (waiting.isEmpty()) {
            return;
        }
        try {
            wake(payments.finalAmong(List.copyOf(waiting.keySet()))
                    .collectList()
                    .block(SWEEP_TIMEOUT));
        } catch (RuntimeException databaseAway) {
            log.debug("Could not look for payments that others moved", databaseAway);
        }
    }
}
