package dev.jangbu.api.auth;

import dev.jangbu.api.continuity.DatabaseContinuity;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.TraceContext;
import dev.jangbu.contract.ProblemCode;
import java.util.List;
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

/**
 * Authenticates each call by its API key, and checks the rate limit and the scope. Answers 503 until the service is
 * ready, and to every write while the database is not open.
 */
@Component
final class ApiKeyAuthenticationFilter implements WebFilter {

    // Matched as the router matches: decoded, without path parameters. Comparing the raw text could be bypassed.
    private static final PathPattern API = PathPatternParser.defaultInstance.parse("/v1/**");

    private static final String BEARER = "Bearer ";
    private static final int KEY_MAX_CHARS = 200;

    private final ApiKeys keys;
    private final RateLimiter rateLimiter;
    private final ApplicationAvailability availability;
    private final DatabaseContinuity continuity;

    ApiKeyAuthenticationFilter(
            ApiKeys keys,
            RateLimiter rateLimiter,
            ApplicationAvailability availability,
            DatabaseContinuity continuity) {
        this.keys = keys;
        this.rateLimiter = rateLimiter;
        this.availability = availability;
        this.continuity = continuity;
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
            return Mono.error(Problem.unavailable("The service is starting or stopping"));
        }
        return keys.caller(bearerKey(request.getHeaders()))
                .switchIfEmpty(Mono.error(
                        () -> new Problem(ProblemCode.UNAUTHORIZED, "The API key is unknown, revoked or expired")))
                .flatMap(caller -> {
                    rateLimiter.acquire(caller.keyId());
                    Scope required = Scopes.required(request.getMethod(), path);
                    if (!caller.scopes().contains(required)) {
                        throw new Problem(ProblemCode.FORBIDDEN, "This call requires the scope " + required.text());
                    }
                    if (!request.getMethod().equals(HttpMethod.GET)) {
                        continuity.requireOpen();
                    }
                    caller.attachTo(exchange);
                    return chain.filter(exchange);
                });
    }

    private static KeySecret bearerKey(HttpHeaders headers) {
        List<String> values = headers.getOrEmpty(HttpHeaders.AUTHORIZATION);
        if (values.size() == 1) {
            String authorization = values.getFirst();
            if (authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                    && authorization.length() <= KEY_MAX_CHARS) {
                return new KeySecret(authorization.substring(BEARER.length()).strip());
            }
        }
        throw new Problem(
                ProblemCode.UNAUTHORIZED,
                "Send one header Authorization: Bearer <key>, with a key that is neither revoked nor expired");
    }
}
