package dev.jangbu.api.auth;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Looks callers up by their keys, cached for {@link #CACHED}. A key revoked on this instance is refused at once, one
 * revoked on another instance when the cache entry expires.
 */
@Component
class ApiKeys {

    static final Duration CACHED = Duration.ofSeconds(5);
    private static final int CACHED_MAX = 10_000;

    private final ApiKeyStore store;
    private final Clock clock;
    private final AsyncCache<ByteBuffer, Optional<Caller>> callersByHash;

    @Autowired
    ApiKeys(ApiKeyStore store, Clock clock) {
        this(store, clock, Ticker.systemTicker());
    }

    ApiKeys(ApiKeyStore store, Clock clock, Ticker ticker) {
        this.store = store;
        this.clock = clock;
        this.callersByHash = Caffeine.newBuilder()
                .expireAfterWrite(CACHED)
                .maximumSize(CACHED_MAX)
                .ticker(ticker)
                .buildAsync();
    }

    /** Finds the caller of a key; empty if the key is unknown, revoked or expired. */
    Mono<Caller> caller(KeySecret secret) {
        byte[] hash = secret.sha256();
        return Mono.fromFuture(
                        () -> callersByHash.get(ByteBuffer.wrap(hash), (key, executor) -> store.find(hash)
                                .map(Optional::of)
                                .defaultIfEmpty(Optional.empty())
                                .toFuture()),
                        true)
                .flatMap(Mono::justOrEmpty)
                .filter(caller -> !caller.expired(clock.instant()));
    }

    /** Removes a revoked key from the cache. */
    void evict(byte[] hash) {
        callersByHash.synchronous().invalidate(ByteBuffer.wrap(hash));
    }
}
