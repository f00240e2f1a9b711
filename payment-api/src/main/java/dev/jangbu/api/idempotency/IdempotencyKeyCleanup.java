package dev.jangbu.api.idempotency;

import dev.jangbu.api.continuity.DatabaseContinuity;
import dev.jangbu.api.settings.PaymentApiSettings;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Deletes idempotency keys older than {@code jangbu.idempotency.kept-for}. */
@Component
class IdempotencyKeyCleanup {

    private static final Logger log = LoggerFactory.getLogger(IdempotencyKeyCleanup.class);

    private static final int BATCH = 1_000;
    /** Batches of one run; the next run continues. */
    private static final int BATCHES_MAX = 100;

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final IdempotencyKeys keys;
    private final DatabaseContinuity continuity;
    private final Duration keptFor;

    IdempotencyKeyCleanup(IdempotencyKeys keys, DatabaseContinuity continuity, PaymentApiSettings settings) {
        this.keys = keys;
        this.continuity = continuity;
        this.keptFor = settings.idempotency().keptFor();
    }

    @Scheduled(fixedDelay = 10_000)
    void deleteExpired() {
        if (!continuity.isOpen()) {
            return;
        }
        try {
            for (int batch = 0; batch < BATCHES_MAX; batch++) {
                Long deleted = keys.deleteOlderThan(keptFor, BATCH).block(TIMEOUT);
                if (deleted == null || deleted < BATCH) {
                    return;
                }
            }
        } catch (RuntimeException e) {
            log.warn("Could not delete old idempotency keys: {}", e.toString());
        }
    }
}
