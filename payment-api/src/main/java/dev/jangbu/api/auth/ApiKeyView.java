package dev.jangbu.api.auth;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An API key in responses.
 *
 * @param key the secret, only in the response to its creation
 */
record ApiKeyView(
        UUID id,
        String name,
        List<String> scopes,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String key) {

    static ApiKeyView of(ApiKey key) {
        return of(key, null);
    }

    static ApiKeyView of(ApiKey key, @Nullable String secret) {
        return new ApiKeyView(
                key.id(),
                key.name(),
                key.scopes().stream().map(Scope::text).toList(),
                key.createdAt(),
                key.expiresAt(),
                key.revokedAt(),
                secret);
    }

    @Override
    public String toString() {
        return "ApiKeyView[id=" + id + ", name=" + name + "]";
    }
}
