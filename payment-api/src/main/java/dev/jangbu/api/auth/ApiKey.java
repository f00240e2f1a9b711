package dev.jangbu.api.auth;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An API key as stored, without its secret.
 *
 * @param name the owner's label
 * @param expiresAt refused from this time on; null: never
 * @param revokedAt refused since this time; null: not revoked
 */
record ApiKey(
        UUID id,
        String name,
        Set<Scope> scopes,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt) {}
