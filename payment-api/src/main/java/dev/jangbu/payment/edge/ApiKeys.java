package dev.jangbu.payment.edge;

import com.fasterxml.uuid.Generators;
import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.jangbu.payment.Settings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** API keys, known by their hashes. A key that is revoked or expires is refused within seconds. */
@Component
final class ApiKeys implements ApplicationRunner {

    private static final Duration REMEMBERED = Duration.ofSeconds(5);
    private static final int REMEMBERED_MAX = 10_000;

    private static final String FIND = """
            SELECT scopes
              FROM api_keys
             WHERE key_hash = :hash
               AND revoked_at IS NULL
               AND (expires_at IS NULL OR expires_at > now())
            """;

    private static final String ENSURE_DEV_KEY = """
            INSERT INTO api_keys (id, name, key_hash, scopes)
            VALUES (:id, 'dev', :hash, :scopes)
            ON CONFLICT (key_hash) DO NOTHING
            """;

    private final DatabaseClient database;
    private final Settings settings;
    private final AsyncCache<ByteBuffer, Set<String>> scopesByHash = Caffeine.newBuilder()
            .expireAfterWrite(REMEMBERED)
            .maximumSize(REMEMBERED_MAX)
            .buildAsync();

    ApiKeys(DatabaseClient database, Settings settings) {
        this.database = database;
        this.settings = settings;
    }

    /** The scopes of a key; none if it is unknown, revoked or expired. */
    Mono<Set<String>> scopes(String key) {
        byte[] hash = sha256(key);
        return Mono.fromFuture(
                scopesByHash.get(
                        ByteBuffer.wrap(hash), (h, executor) -> find(hash).toFuture()),
                true);
    }

    private Mono<Set<String>> find(byte[] hash) {
        return database.sql(FIND)
                .bind("hash", hash)
                .map(row -> Set.of(row.get("scopes", String[].class)))
                .one()
                .defaultIfEmpty(Set.of());
    }

    /** Makes the development key, if one is set. */
    @Override
    public void run(ApplicationArguments arguments) {
        if (settings.devApiKey().isEmpty()) {
            return;
        }
        database.sql(ENSURE_DEV_KEY)
                .bind("id", Generators.timeBasedEpochGenerator().generate())
                .bind("hash", sha256(settings.devApiKey()))
                .bind("scopes", Arrays.stream(Scope.values()).map(Scope::text).toArray(String[]::new))
                .fetch()
                .rowsUpdated()
                .block();
    }

    private static byte[] sha256(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
