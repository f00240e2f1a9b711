package dev.jangbu.api.http;

import dev.jangbu.contract.ProblemCode;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Rejects ambiguous requests, and those whose path or query can't be stored as text, before any other filter. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class RequestValidationFilter implements WebFilter {

    /** Headers that may occur once: of two values, different parsers would use different ones. */
    private static final List<String> SINGLE_VALUED =
            List.of(HttpHeaders.HOST, HttpHeaders.CONTENT_TYPE, HttpHeaders.CONTENT_ENCODING, "Idempotency-Key");

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        HttpHeaders headers = request.getHeaders();
        for (String name : SINGLE_VALUED) {
            if (headers.getOrEmpty(name).size() > 1) {
                return Mono.error(new Problem(ProblemCode.MALFORMED_REQUEST, "Send the header " + name + " once"));
            }
        }
        String encoding = headers.getFirst(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            return Mono.error(
                    new Problem(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the body without Content-Encoding"));
        }
        URI uri = request.getURI();
        if (!isText(uri.getRawPath()) || !isText(uri.getRawQuery())) {
            return Mono.error(new Problem(
                    ProblemCode.MALFORMED_REQUEST,
                    "The path and the query must be ASCII, with the bytes of UTF-8 percent-encoded, and without %00"));
        }
        return chain.filter(exchange);
    }

    /** Whether the percent-decoded bytes are valid UTF-8 without U+0000. {@link URI} has checked the escapes. */
    static boolean isText(@Nullable String raw) {
        if (raw == null) {
            return true;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            int decoded = c;
            if (c == '%') {
                decoded = Integer.parseInt(raw, i + 1, i + 3, 16);
                i += 2;
            } else if (c > '~') {
                return false;
            }
            if (decoded == 0) {
                return false;
            }
            bytes.write(decoded);
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray()));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
