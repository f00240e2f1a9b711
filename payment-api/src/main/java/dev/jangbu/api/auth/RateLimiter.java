package dev.jangbu.api.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.ProblemCode;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** A token bucket for each API key, where the operator has set a limit. */
@Component
class RateLimiter {

    /** Of more keys than this, those that call the least begin anew. */
    private static final int KEYS_MAX = 10_000;

    private final RateLimitSettings settings;
    private final TimeMeter time;
    private final Cache<UUID, Bucket> buckets;

    @Autowired
    RateLimiter(RateLimitSettings settings) {
        this(settings, TimeMeter.SYSTEM_NANOTIME);
    }

    RateLimiter(RateLimitSettings settings, TimeMeter time) {
        this.settings = settings;
        this.time = time;
        // A bucket that has filled up again is as good as a new one.
        Duration refilled = Duration.ofSeconds(settings.on() ? settings.capacity() / settings.perSecond() + 1 : 1);
        this.buckets = Caffeine.newBuilder()
                .maximumSize(KEYS_MAX)
                .expireAfterAccess(refilled)
                .ticker(time::currentTimeNanos)
                .build();
    }

    /** @throws Problem 429 that says when the next request is welcome */
    void require(UUID keyId) {
        if (!settings.on()) {
            return;
        }
        ConsumptionProbe probe = buckets.get(keyId, key -> full()).tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            throw new Problem(
                            ProblemCode.TOO_MANY_REQUESTS,
                            "An API key may make " + settings.perSecond() + " requests a second, " + settings.capacity()
                                    + " at once; wait as Retry-After says")
                    .retryAfter(Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }
    }

    private Bucket full() {
        return Bucket.builder()
                .addLimit(limit ->
                        limit.capacity(settings.capacity()).refillGreedy(settings.perSecond(), Duration.ofSeconds(1)))
                .withCustomTimePrecision(time)
                .build();
    }
}
