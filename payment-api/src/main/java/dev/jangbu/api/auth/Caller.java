package dev.jangbu.api.auth;

import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;

/**
 * The authenticated caller of a request.
 *
 * @param keyId id of the API key
 * @param scopes the key's scopes
 * @param expiresAt when the key expires; null: never
 */
public record Caller(
        UUID keyId, Set<Scope> scopes, @Nullable Instant expiresAt) {

    private static final String ATTRIBUTE = Caller.class.getName();

    /** The caller of a request that {@link ApiKeyAuthenticationFilter} has authenticated. */
    public static Caller of(ServerWebExchange exchange) {
        return Objects.requireNonNull(exchange.getAttribute(ATTRIBUTE), "the request is authenticated");
    }

    void attachTo(ServerWebExchange exchange) {
        exchange.getAttributes().put(ATTRIBUTE, this);
    }

    boolean expired(Instant now) {
        return expiresAt != null && !expiresAt.isAfter(now);
    }
}
