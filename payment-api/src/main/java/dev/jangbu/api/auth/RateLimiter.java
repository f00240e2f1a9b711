package dev.jangbu.api.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.ProblemCode;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** Limits the request rate of each API key by a token bucket, if {@code jangbu.rate-limit} sets a limit. */
@Component
class RateLimiter {

    /** Maximum number of buckets. An evicted key starts with a full bucket. */
    private static final int KEYS_MAX = 10_000;

    private final PaymentApiSettings.RateLimit limit;
    private final TimeMeter time;
    private final Cache<UUID, Bucket> buckets;

    @Autowired
    RateLimiter(PaymentApiSettings settings) {
        this(settings.rateLimit(), TimeMeter.SYSTEM_NANOTIME);
    }

    RateLimiter(PaymentApiSettings.RateLimit limit, TimeMeter time) {
        this.limit = limit;
        this.time = time;
        // A bucket that is full again equals a new one, so it can be dropped.
        Duration refilled = Duration.ofSeconds(limit.isEnabled() ? limit.capacity() / limit.perSecond() + 1 : 1);
        this.buckets = Caffeine.newBuilder()
                .maximumSize(KEYS_MAX)
                .expireAfterAccess(refilled)
                .ticker(time::currentTimeNanos)
                .build();
    }

    /** Takes a token from the key's bucket; throws 429 with {@code Retry-After} if the bucket is empty. */
    void acquire(UUID keyId) {
        if (!limit.isEnabled()) {
            return;
        }
        ConsumptionProbe probe = buckets.get(keyId, key -> fullBucket()).tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            throw new Problem(
                            ProblemCode.TOO_MANY_REQUESTS,
                            "An API key may make " + limit.perSecond() + " requests a second, " + limit.capacity()
                                    + " at once; wait for the time in Retry-After")
                    .retryAfter(Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }
    }

    private Bucket fullBucket() {
        return Bucket.builder()
                .addLimit(bandwidth ->
                        bandwidth.capacity(limit.capacity()).refillGreedy(limit.perSecond(), Duration.ofSeconds(1)))
                .withCustomTimePrecision(time)
                .build();
    }
}
