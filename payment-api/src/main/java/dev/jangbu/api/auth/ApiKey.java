package dev.jangbu.api.auth;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An API key as it is kept, which is without the key.
 *
 * @param name what its owner calls it
 * @param expiresAt from then on it is refused; null: never
 * @param revokedAt since then it is refused; null: it wasn't revoked
 */
record ApiKey(
        UUID id,
        String name,
        Set<Scope> scopes,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt) {}
