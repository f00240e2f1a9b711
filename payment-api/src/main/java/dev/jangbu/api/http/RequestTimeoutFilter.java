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
 * Answers 503 when a request takes longer than {@link #TIMEOUT}. Work that the request has started continues; its
 * result is available under the same idempotency key.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class RequestTimeoutFilter implements WebFilter {

    /** Longer than the longest {@code Prefer: wait} and all PSP calls of one request together. */
    private static final Duration TIMEOUT = Duration.ofSeconds(120);

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return chain.filter(exchange)
                .timeout(
                        TIMEOUT,
                        Mono.error(() -> Problem.unavailable(
                                "A service behind this one does not respond; try again with the same key")));
    }
}
