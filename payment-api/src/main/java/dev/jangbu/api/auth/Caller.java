package dev.jangbu.api.auth;

import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;

/**
 * Whose API key a request came with.
 *
 * @param keyId the key's id, not the key
 * @param scopes what it may do
 * @param expiresAt when it ends; null: never
 */
public record Caller(
        UUID keyId, Set<Scope> scopes, @Nullable Instant expiresAt) {

    private static final String ATTRIBUTE = Caller.class.getName();

    /** The caller of a request that the doorkeeper let in. */
    public static Caller of(ServerWebExchange exchange) {
        return Objects.requireNonNull(exchange.getAttribute(ATTRIBUTE), "the doorkeeper lets nobody in without a key");
    }

    void enters(ServerWebExchange exchange) {
        exchange.getAttributes().put(ATTRIBUTE, this);
    }

    boolean expired(Instant now) {
        return expiresAt != null && !expiresAt.isAfter(now);
    }
}
