package dev.jangbu.api.recovery;

import dev.jangbu.api.continuity.DatabaseContinuity;
import dev.jangbu.api.payment.LongPoll;
import dev.jangbu.api.payment.PaymentStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Expires payments that were created and never confirmed, or queued and never charged. */
@Component
class ExpirePayments {

    private static final Logger log = LoggerFactory.getLogger(ExpirePayments.class);

    private static final int BATCH = 500;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final PaymentStore payments;
    private final LongPoll longPoll;
    private final MeterRegistry meters;
    private final DatabaseContinuity continuity;

    ExpirePayments(PaymentStore payments, LongPoll longPoll, MeterRegistry meters, DatabaseContinuity continuity) {
        this.payments = payments;
        this.longPoll = longPoll;
        this.meters = meters;
        this.continuity = continuity;
    }

    @Scheduled(fixedDelay = 1000)
    void expire() {
        if (!continuity.isOpen()) {
            return;
        }
        try {
            List<UUID> expired;
            do {
                expired = Objects.requireNonNull(
                        payments.expire(BATCH).collectList().block(TIMEOUT), "collectList is never empty");
                meters.counter("jangbu.payment.expired").increment(expired.size());
                longPoll.wake(expired).block(TIMEOUT);
            } while (expired.size() == BATCH);
        } catch (RuntimeException e) {
            log.warn("Could not expire payments: {}", e.toString());
        }
    }
}
