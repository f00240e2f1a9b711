package dev.jangbu.api.idempotency;

import dev.jangbu.api.PaymentApiSettings;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Forgets idempotency keys that are too old to be repeated, so that their table stays small. */
@Component
class IdempotencyKeyCleanup {

    private static final Logger log = LoggerFactory.getLogger(IdempotencyKeyCleanup.class);

    private static final int BATCH = 1_000;
    /** After so many batches the next round goes on: nothing else waits for long. */
    private static final int BATCHES_MAX = 100;

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final IdempotencyKeys keys;
    private final Duration keptFor;

    IdempotencyKeyCleanup(IdempotencyKeys keys, PaymentApiSettings settings) {
        this.keys = keys;
        this.keptFor = settings.idempotency().keptFor();
    }

    @Scheduled(fixedDelay = 10_000)
    void forget() {
        try {
            for (int batch = 0; batch < BATCHES_MAX; batch++) {
                Long forgotten = keys.forgetOlderThan(keptFor, BATCH).block(TIMEOUT);
                if (forgotten == null || forgotten < BATCH) {
                    return;
                }
            }
        } catch (RuntimeException databaseAway) {
            log.warn("Could not forget old idempotency keys: {}", databaseAway.toString());
        }
    }
}
