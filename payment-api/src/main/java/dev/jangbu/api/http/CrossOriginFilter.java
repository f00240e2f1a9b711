package dev.jangbu.api.http;

import dev.jangbu.api.settings.PaymentApiSettings;
import java.time.Duration;
import java.util.List;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.reactive.CorsUtils;
import org.springframework.web.cors.reactive.DefaultCorsProcessor;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Lets pages of the configured origins call the API and read its responses; without origins it does nothing. Before the
 * authentication, which a preflight request doesn't carry. A request of another origin gets no header of this protocol, so
 * its browser hides the response.
 *
 * @see <a href="https://fetch.spec.whatwg.org/#http-cors-protocol">Fetch: CORS protocol</a>
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class CrossOriginFilter implements WebFilter {

    private final DefaultCorsProcessor processor = new DefaultCorsProcessor();
    private final CorsConfiguration allowed = new CorsConfiguration();
    private final boolean enabled;

    CrossOriginFilter(PaymentApiSettings settings) {
        List<String> origins = settings.cors().origins();
        this.enabled = !origins.isEmpty();
        allowed.setAllowedOrigins(origins);
        allowed.setAllowedMethods(List.of("GET", "HEAD", "POST", "DELETE"));
        allowed.setAllowedHeaders(List.of(
                HttpHeaders.AUTHORIZATION,
                HttpHeaders.CONTENT_TYPE,
                "Idempotency-Key",
                HttpHeaders.IF_MATCH,
                HttpHeaders.IF_NONE_MATCH,
                "Prefer",
                "traceparent"));
        allowed.setExposedHeaders(List.of(
                HttpHeaders.ETAG,
                "Idempotency-Replayed",
                HttpHeaders.LINK,
                HttpHeaders.LOCATION,
                "Preference-Applied",
                HttpHeaders.RETRY_AFTER,
                HttpHeaders.WWW_AUTHENTICATE));
        allowed.setMaxAge(Duration.ofHours(1));
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (!enabled) {
            return chain.filter(exchange);
        }
        ServerHttpRequest request = exchange.getRequest();
        String origin = request.getHeaders().getOrigin();
        if (origin == null || allowed.checkOrigin(origin) == null) {
            exchange.getResponse().getHeaders().add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
            return chain.filter(exchange);
        }
        boolean answered = !processor.process(allowed, exchange) || CorsUtils.isPreFlightRequest(request);
        return answered ? Mono.empty() : chain.filter(exchange);
    }
}
