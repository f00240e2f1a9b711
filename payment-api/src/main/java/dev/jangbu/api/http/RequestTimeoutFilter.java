package dev.jangbu.api.http;

import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.ProblemCode;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Answers 408 when a request's body does not arrive in time, and 503 when a request takes longer than {@link #TIMEOUT}.
 * Work that the request has started continues; its result is available under the same idempotency key.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class RequestTimeoutFilter implements WebFilter {

    private static final Logger log = LoggerFactory.getLogger(RequestTimeoutFilter.class);

    /** Longer than the longest {@code Prefer: wait} and all PSP calls of one request together. */
    private static final Duration TIMEOUT = Duration.ofSeconds(120);

    /**
     * Reactor's key of the handler of errors after the end. A client that disconnects within a body is no error of the
     * service.
     */
    private static final String ON_ERROR_DROPPED = "reactor.onErrorDropped.local";

    private final Duration bodyTimeout;

    RequestTimeoutFilter(PaymentApiSettings settings) {
        this.bodyTimeout = settings.limits().bodyTimeout();
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return chain.filter(exchange.mutate()
                        .request(new TimedBody(exchange.getRequest()))
                        .build())
                .timeout(
                        TIMEOUT,
                        Mono.error(() -> Problem.unavailable(
                                "A service behind this one does not respond; try again with the same key")));
    }

    /** A request whose body has to arrive completely within one time, which starts when it is read. */
    private final class TimedBody extends ServerHttpRequestDecorator {

        TimedBody(ServerHttpRequest request) {
            super(request);
        }

        @Override
        public Flux<DataBuffer> getBody() {
            return Flux.defer(() -> {
                Mono<Long> deadline = Mono.delay(bodyTimeout).cache();
                return super.getBody()
                        .timeout(
                                deadline,
                                buffer -> deadline,
                                Flux.error(() -> new Problem(
                                        ProblemCode.REQUEST_TIMEOUT,
                                        "The body did not arrive within %d seconds; nothing was executed"
                                                .formatted(bodyTimeout.toSeconds()))))
                        .contextWrite(context -> context.put(ON_ERROR_DROPPED, (Consumer<Throwable>)
                                dropped -> log.debug("After the end of a request: {}", dropped.toString())));
            });
        }
    }
}
