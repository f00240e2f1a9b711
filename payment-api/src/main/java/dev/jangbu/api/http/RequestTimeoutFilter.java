package dev.jangbu.api.http;

import java.time.Duration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * No request goes on for ever, not even when something behind it falls silent. What was begun for it goes on, and the same
 * key gets its answer.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class RequestTimeoutFilter implements WebFilter {

    /** More than the longest wait and all calls to the PSP that one request may take. */
    private static final Duration LIMIT = Duration.ofSeconds(120);

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return chain.filter(exchange).timeout(LIMIT, Mono.error(() -> new Problem(
                        ProblemCode.UNAVAILABLE, "Something that is needed doesn't answer; try again with the same key")
                .retryAfter(Duration.ofSeconds(2))));
    }
}
