package dev.jangbu.payment.edge;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import reactor.core.publisher.Mono;

/** Lets a request in that shows a key with the scope its path needs, once the service is ready. */
@Component
final class Doorkeeper implements WebFilter {

    // Matched as the router matches: decoded, without path parameters. A test of the text could be walked around.
    private static final PathPattern API = PathPatternParser.defaultInstance.parse("/v1/**");
    private static final PathPattern LEDGER = PathPatternParser.defaultInstance.parse("/v1/ledger/**");
    private static final PathPattern WALLETS = PathPatternParser.defaultInstance.parse("/v1/wallets/**");

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
        if (!API.matches(path(exchange.getRequest()))) {
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
        PathContainer path = path(request);
        boolean reads = HttpMethod.GET.equals(request.getMethod()) || HttpMethod.HEAD.equals(request.getMethod());
        if (LEDGER.matches(path) || WALLETS.matches(path)) {
            return reads ? Scope.LEDGER_READ : Scope.PAYOUTS_WRITE;
        }
        return reads ? Scope.PAYMENTS_READ : Scope.PAYMENTS_WRITE;
    }

    private static PathContainer path(ServerHttpRequest request) {
        return request.getPath().pathWithinApplication();
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
