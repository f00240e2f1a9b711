package dev.jangbu.payment.edge;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Lets a request in that shows a key with the scope its path needs, once the service is ready. */
@Component
final class Doorkeeper implements WebFilter {

    private static final String BEARER = "Bearer ";
    private static final int KEY_MAX_CHARS = 200;

    private final ApiKeys keys;
    private final ApplicationAvailability availability;

    Doorkeeper(ApiKeys keys, ApplicationAvailability availability) {
        this.keys = keys;
        this.availability = availability;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        TraceContext.of(exchange);
        if (!exchange.getRequest().getPath().value().startsWith("/v1/")) {
            return chain.filter(exchange);
        }
        if (availability.getReadinessState() != ReadinessState.ACCEPTING_TRAFFIC) {
            return Mono.error(new Problem(ProblemCode.UNAVAILABLE, "The service is starting or stopping")
                    .retryAfter(Duration.ofSeconds(2)));
        }
        String key = key(exchange.getRequest().getHeaders());
        if (key == null) {
            return Mono.error(new Problem(
                    ProblemCode.UNAUTHORIZED,
                    "Send Authorization: Bearer <key> with a key that is neither revoked nor expired"));
        }
        return keys.scopes(key).flatMap(scopes -> admit(scopes, exchange, chain));
    }

    private static Mono<Void> admit(Set<String> scopes, ServerWebExchange exchange, WebFilterChain chain) {
        if (scopes.isEmpty()) {
            return Mono.error(new Problem(ProblemCode.UNAUTHORIZED, "The API key is unknown, revoked or expired"));
        }
        Scope needed = needed(exchange.getRequest());
        if (!scopes.contains(needed.text())) {
            return Mono.error(new Problem(ProblemCode.FORBIDDEN, "This call needs the scope " + needed.text()));
        }
        return chain.filter(exchange);
    }

    private static Scope needed(ServerHttpRequest request) {
        String path = request.getPath().value();
        boolean reads = HttpMethod.GET.equals(request.getMethod()) || HttpMethod.HEAD.equals(request.getMethod());
        if (path.startsWith("/v1/ledger") || path.startsWith("/v1/wallets")) {
            return reads ? Scope.LEDGER_READ : Scope.PAYOUTS_WRITE;
        }
        return reads ? Scope.PAYMENTS_READ : Scope.PAYMENTS_WRITE;
    }

    private static @Nullable String key(HttpHeaders headers) {
        String authorization = headers.getFirst(HttpHeaders.AUTHORIZATION);
        if (authorization == null
                || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                || authorization.length() > KEY_MAX_CHARS) {
            return null;
        }
        return authorization.substring(BEARER.length()).strip();
    }
}
