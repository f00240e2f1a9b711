package dev.jangbu.payment.recovery;

import dev.jangbu.payment.Settings;
import dev.jangbu.payment.payment.PaymentStore;
import dev.jangbu.payment.payment.ResolvePayment;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Looks every second, from the start on, for payments whose outcome is open and that nobody is at: those of an instance that
 * died, and those that the PSP has left unanswered. It claims each by a committed lease, and resolves it.
 */
@Component
class Recovery {

    private static final Logger log = LoggerFactory.getLogger(Recovery.class);

    private final PaymentStore payments;
    private final ResolvePayment resolve;
    private final ApplicationAvailability availability;
    private final Duration lease;
    private final int concurrency;

    Recovery(PaymentStore payments, ResolvePayment resolve, ApplicationAvailability availability, Settings settings) {
        this.availability = availability;
        this.payments = payments;
        this.resolve = resolve;
        this.lease = settings.resolutionLease();
        this.concurrency = settings.recovery().concurrency();
    }

    /** One round: claims no more than are resolved at once, so that no lease runs out in a queue. */
    @Scheduled(fixedDelay = 1000)
    void round() {
        if (availability.getReadinessState() != ReadinessState.ACCEPTING_TRAFFIC) {
            // Not before the schema is resolved: an outcome that can't be recorded would cost an attempt.
            return;
        }
        try {
            payments.claimDue(concurrency, lease)
                    .collectList()
                    .flatMapMany(Flux::fromIterable)
                    .flatMap(this::resolve, concurrency)
                    .then()
                    .block(lease.plus(lease));
        } catch (RuntimeException databaseAway) {
            log.warn("The recovery could not look for open payments: {}", databaseAway.toString());
        }
    }

    private Mono<Void> resolve(UUID id) {
        return payments.find(id)
                .flatMap(resolve::resolve)
                .doOnNext(payment -> log.info(
                        "Payment {} is {} after attempt {}", payment.id(), payment.status(), payment.attempts()))
                .then()
                .onErrorResume(failure -> {
                    log.warn("Payment {} stays open: {}", id, failure.toString());
                    return Mono.empty();
                });
    }
}
