package dev.jangbu.api.auth;

import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.ProblemCode;
import dev.jangbu.api.http.TraceContext;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import reactor.core.publisher.Mono;

/** Lets a request in that shows a key with the scope its call needs, once the service is ready. */
@Component
final class ApiKeyAuthenticationFilter implements WebFilter {

    // Matched as the router matches: decoded, without path parameters. A test of the text could be walked around.
    private static final PathPattern API = PathPatternParser.defaultInstance.parse("/v1/**");

    private static final String BEARER = "Bearer ";
    private static final int KEY_MAX_CHARS = 200;

    private final ApiKeys keys;
    private final RateLimiter throttle;
    private final ApplicationAvailability availability;

    ApiKeyAuthenticationFilter(ApiKeys keys, RateLimiter throttle, ApplicationAvailability availability) {
        this.keys = keys;
        this.throttle = throttle;
        this.availability = availability;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        TraceContext.of(exchange);
        ServerHttpRequest request = exchange.getRequest();
        PathContainer path = request.getPath().pathWithinApplication();
        if (!API.matches(path)) {
            return chain.filter(exchange);
        }
        if (availability.getReadinessState() != ReadinessState.ACCEPTING_TRAFFIC) {
            return Mono.error(new Problem(ProblemCode.UNAVAILABLE, "The service is starting or stopping")
                    .retryAfter(Duration.ofSeconds(2)));
        }
        return keys.caller(shown(request.getHeaders()))
                .switchIfEmpty(Mono.error(
                        () -> new Problem(ProblemCode.UNAUTHORIZED, "The API key is unknown, revoked or expired")))
                .flatMap(caller -> {
                    throttle.require(caller.keyId());
                    Scope needed = Scopes.needed(request.getMethod(), path);
                    if (!caller.scopes().contains(needed)) {
                        throw new Problem(ProblemCode.FORBIDDEN, "This call needs the scope " + needed.text());
                    }
                    caller.enters(exchange);
                    return chain.filter(exchange);
                });
    }

    private static KeySecret shown(HttpHeaders headers) {
        List<String> shown = headers.getOrEmpty(HttpHeaders.AUTHORIZATION);
        if (shown.size() == 1) {
            String authorization = shown.getFirst();
            if (authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                    && authorization.length() <= KEY_MAX_CHARS) {
                return new KeySecret(authorization.substring(BEARER.length()).strip());
            }
        }
        throw new Problem(
                ProblemCode.UNAUTHORIZED,
                "Send Authorization: Bearer <key>, once, with a key that is neither revoked nor expired");
    }
}
