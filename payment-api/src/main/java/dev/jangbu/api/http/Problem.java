package dev.jangbu.api.http;

import dev.jangbu.contract.ProblemCode;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ProblemDetail;

/**
 * An error response as {@code application/problem+json} (RFC 9457). Its detail tells the client what to do, and never
 * contains a secret or a value from the request.
 */
public final class Problem extends RuntimeException {

    private final ProblemCode code;
    private final Map<String, Object> members = new LinkedHashMap<>();
    private @Nullable Duration retryAfter;

    public Problem(ProblemCode code, String detail) {
        super(detail, null, false, false);
        this.code = code;
    }

    /** The error in one field of the request. */
    public record FieldError(String field, String detail) {}

    /** 422 {@code invalid-field}, with an error for each field. */
    public static Problem invalid(List<FieldError> errors) {
        return new Problem(
                        ProblemCode.INVALID_FIELD,
                        errors.getFirst().field() + " " + errors.getFirst().detail())
                .with("errors", errors);
    }

    /** 422 {@code invalid-field} for one field. */
    public static Problem invalid(String field, String detail) {
        return invalid(List.of(new FieldError(field, detail)));
    }

    /** 503 for a failure that should pass within seconds. */
    public static Problem unavailable(String detail) {
        return new Problem(ProblemCode.UNAVAILABLE, detail).retryAfter(Duration.ofSeconds(2));
    }

    public static Problem notFound(String resource) {
        return new Problem(ProblemCode.NOT_FOUND, "There is no such " + resource);
    }

    /** Adds a member to the problem. */
    public Problem with(String member, Object value) {
        members.put(member, value);
        return this;
    }

    /** Adds a {@code Retry-After} header, in whole seconds, at least 1. */
    public Problem retryAfter(Duration delay) {
        this.retryAfter = delay;
        return this;
    }

    public ProblemCode code() {
        return code;
    }

    public @Nullable Long retryAfterSeconds() {
        return retryAfter == null
                ? null
                : Math.max(1, retryAfter.plusMillis(999).toSeconds());
    }

    /** The response body. */
    public ProblemDetail body(@Nullable String instance) {
        ProblemDetail body = ProblemDetail.forStatus(code.status());
        body.setType(code.type());
        body.setTitle(code.title());
        body.setDetail(getMessage());
        if (instance != null) {
            body.setInstance(URI.create(instance));
        }
        body.setProperty("code", code.text());
        members.forEach(body::setProperty);
        return body;
    }
}
