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
 * What the door knows of keys, remembered for seconds: a key that another instance revoked is refused when that time is
 * over, one that this instance revoked at once.
 */
@Component
class ApiKeys {

    static final Duration REMEMBERED = Duration.ofSeconds(5);
    private static final int REMEMBERED_MAX = 10_000;

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
                .expireAfterWrite(REMEMBERED)
                .maximumSize(REMEMBERED_MAX)
                .ticker(ticker)
                .buildAsync();
    }

    /** Whose key that is; nobody's if it is unknown, revoked or expired. */
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

    /** The key of that hash was revoked. */
    void forget(byte[] hash) {
        callersByHash.synchronous().invalidate(ByteBuffer.wrap(hash));
    }
}
