package dev.jangbu.api.http;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;

/**
 * The trace of a request: the client's, or a new one.
 *
 * @param traceparent the header's value, version 00
 * @see <a href="https://www.w3.org/TR/trace-context/#traceparent-header">W3C Trace Context</a>
 */
public record TraceContext(String traceparent) {

    private static final Pattern VALID = Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");
    private static final String ATTRIBUTE = TraceContext.class.getName();
    private static final SecureRandom RANDOM = new SecureRandom();

    /** The trace of this request; always the same instance. */
    public static TraceContext of(ServerWebExchange exchange) {
        return (TraceContext) exchange.getAttributes()
                .computeIfAbsent(
                        ATTRIBUTE,
                        name -> from(exchange.getRequest().getHeaders().getFirst("traceparent")));
    }

    private static TraceContext from(@Nullable String header) {
        return header != null && VALID.matcher(header).matches()
                ? new TraceContext(header)
                : new TraceContext("00-" + hex(16) + "-" + hex(8) + "-01");
    }

    public String traceId() {
        return traceparent.substring(3, 35);
    }

    private static String hex(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        random[0] |= 1;
        return HexFormat.of().formatHex(random);
    }
}
