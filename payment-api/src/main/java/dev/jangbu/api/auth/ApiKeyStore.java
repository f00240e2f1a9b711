package dev.jangbu.api.auth;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.database.Bindings;
import dev.jangbu.api.http.Page;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Reads and writes the table {@code api_keys}. */
@Component
class ApiKeyStore {

    private static final String INSERT = """
            INSERT INTO api_keys (id, name, key_hash, scopes, created_at, expires_at)
            VALUES (:id, :name, :hash, :scopes, :createdAt, :expiresAt)
            ON CONFLICT (key_hash) DO NOTHING
            """;

    private static final String FIND = """
            SELECT id, scopes, expires_at
              FROM api_keys
             WHERE key_hash = :hash AND revoked_at IS NULL
            """;

    private static final String PAGE = """
            SELECT id, name, scopes, created_at, expires_at, revoked_at
              FROM api_keys
             WHERE id < :below
             ORDER BY id DESC
             LIMIT :rows
            """;

    // Locked in the order of ids, so that two revocations can't deadlock. The later one sees the result of the earlier
    // one.
    private static final String LOCK_ADMINS = """
            SELECT id
              FROM api_keys
             WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now) AND 'admin' = ANY (scopes)
             ORDER BY id
               FOR UPDATE
            """;

    private static final String REVOKE = """
            UPDATE api_keys
               SET revoked_at = coalesce(revoked_at, :now)
             WHERE id = :id
            RETURNING key_hash
            """;

    private final DatabaseClient database;

    ApiKeyStore(DatabaseClient database) {
        this.database = database;
    }

    /** Inserts a key. A key with the same secret stays unchanged. */
    Mono<Void> insert(ApiKey key, KeySecret secret) {
        return new Bindings()
                .with("id", key.id())
                .with("name", key.name())
                .with("hash", secret.sha256())
                .with("scopes", key.scopes().stream().map(Scope::text).toArray(String[]::new))
                .with("createdAt", key.createdAt())
                .with("expiresAt", key.expiresAt(), Instant.class)
                .bindTo(database, INSERT)
                .then();
    }

    /** Finds the caller by the key's hash; empty if the key is unknown or revoked. The key may have expired. */
    Mono<Caller> find(byte[] hash) {
        return database.sql(FIND)
                .bind("hash", hash)
                .map(row ->
                        new Caller(required(row, "id", UUID.class), scopes(row), row.get("expires_at", Instant.class)))
                .one();
    }

    /** Lists keys from the newest to the oldest, including revoked and expired ones. */
    Flux<ApiKey> list(Page page) {
        return database.sql(PAGE)
                .bind("below", page.below())
                .bind("rows", page.rows())
                .map(row -> new ApiKey(
                        required(row, "id", UUID.class),
                        required(row, "name", String.class),
                        scopes(row),
                        required(row, "created_at", Instant.class),
                        row.get("expires_at", Instant.class),
                        row.get("revoked_at", Instant.class)))
                .all();
    }

    /** Locks the valid keys with the scope {@code admin} in the caller's transaction, and returns their ids. */
    Flux<UUID> lockAdmins(Instant now) {
        return database.sql(LOCK_ADMINS)
                .bind("now", now)
                .map(row -> required(row, "id", UUID.class))
                .all();
    }

    /** Revokes a key unless it was revoked before. Returns its hash; empty if there is no such key. */
    Mono<byte[]> revoke(UUID id, Instant now) {
        return database.sql(REVOKE)
                .bind("id", id)
                .bind("now", now)
                .map(row -> required(row, "key_hash", byte[].class))
                .one();
    }

    private static Set<Scope> scopes(Readable row) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        Arrays.stream(required(row, "scopes", String[].class))
                .flatMap(text -> Scope.of(text).stream())
                .forEach(scopes::add);
        return scopes;
    }
}
