package dev.jangbu.api.http;

import dev.jangbu.api.database.SqlState;
import dev.jangbu.contract.ProblemCode;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcTransientException;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebInputException;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;
import org.springframework.web.server.WebExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/** Converts every error to a problem response. An unexpected one is a 500 with the trace id, logged once. */
@Component
@Order(-2)
final class ProblemHandler implements WebExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);

    /**
     * SQLSTATE classes of transient errors: connection (08), transaction rollback (40), insufficient resources (53),
     * object not in prerequisite state, such as a lock timeout (55), operator intervention (57), system error (58).
     */
    private static final Set<String> TRANSIENT = Set.of("08", "40", "53", "55", "57", "58");

    /** The session may not write: the database has been closed since the call began, or the server is a standby. */
    private static final String READ_ONLY = "25006";

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,39}");

    private final JsonMapper json;

    ProblemHandler(JsonMapper json) {
        this.json = json;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable thrown) {
        ServerHttpResponse response = exchange.getResponse();
        if (response.isCommitted()) {
            return Mono.error(thrown);
        }
        Problem problem = problemOf(exchange, thrown);
        HttpHeaders headers = response.getHeaders();
        response.setStatusCode(HttpStatusCode.valueOf(problem.code().status()));
        headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        Long retryAfter = problem.retryAfterSeconds();
        if (retryAfter != null) {
            headers.set(HttpHeaders.RETRY_AFTER, retryAfter.toString());
        }
        if (problem.code() == ProblemCode.UNAUTHORIZED) {
            headers.set(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        if (thrown instanceof MethodNotAllowedException notAllowed) {
            headers.setAllow(allowed(notAllowed));
        }
        if (problem.code() == ProblemCode.REQUEST_TIMEOUT) {
            // The rest of the body must not be read as the next request (RFC 9110, section 15.5.9).
            headers.set(HttpHeaders.CONNECTION, "close");
        }
        byte[] body = json.writeValueAsBytes(
                problem.body(exchange.getRequest().getPath().value()));
        return response.writeWith(Mono.just(response.bufferFactory().wrap(body)))
                .onErrorResume(error -> {
                    // The server has rejected the rest of the request itself, or the client has disconnected.
                    log.debug("The error response could not be written: {}", error.toString());
                    return Mono.empty();
                });
    }

    private static Problem problemOf(ServerWebExchange exchange, Throwable thrown) {
        if (SqlState.of(thrown).filter(READ_ONLY::equals).isPresent()) {
            return Problem.unavailable("The database takes no writes at the moment; try again with the same key");
        }
        if (isBug(thrown)) {
            return unexpected(exchange, thrown);
        }
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            Problem known = known(cause);
            if (known != null) {
                return known;
            }
        }
        return switch (thrown) {
            case UnsupportedMediaTypeStatusException e ->
                new Problem(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the body as Content-Type: application/json");
            case MethodNotAllowedException e ->
                new Problem(ProblemCode.METHOD_NOT_ALLOWED, "Allowed methods: " + methods(e));
            case ServerWebInputException e ->
                new Problem(ProblemCode.MALFORMED_REQUEST, "The body must be the JSON object that this call expects");
            case ResponseStatusException e -> ofStatus(exchange, e);
            case DecodingException e ->
                new Problem(ProblemCode.MALFORMED_REQUEST, "The body is not the JSON object that this call expects");
            default -> unexpected(exchange, thrown);
        };
    }

    /**
     * Whether the database rejected the statement for a reason that a retry won't change: a trigger, a constraint, its
     * syntax.
     */
    private static boolean isBug(Throwable thrown) {
        return SqlState.of(thrown)
                .filter(state -> state.length() == 5 && !TRANSIENT.contains(state.substring(0, 2)))
                .isPresent();
    }

    private static @Nullable Problem known(Throwable cause) {
        return switch (cause) {
            case Problem problem -> problem;
            case DataBufferLimitException e -> new Problem(ProblemCode.BODY_TOO_LARGE, "A body may have 64 KiB");
            case UnrecognizedPropertyException e ->
                new Problem(
                        ProblemCode.MALFORMED_REQUEST,
                        "The body has an unknown field at " + pathOf(e) + "; remove it or correct its name");
            case JacksonException e -> {
                String why = e.getCause() instanceof Problem problem
                        ? problem.getMessage()
                        : "The body is not the JSON object that this call expects";
                yield new Problem(ProblemCode.MALFORMED_REQUEST, why + ", at " + pathOf(e));
            }
            case DataAccessResourceFailureException e -> databaseUnavailable(e);
            case TransientDataAccessException e -> databaseUnavailable(e);
            case TransactionException e -> databaseUnavailable(e);
            case R2dbcNonTransientResourceException e -> databaseUnavailable(e);
            case R2dbcTransientException e -> databaseUnavailable(e);
            default -> null;
        };
    }

    /** HEAD is allowed where GET is (RFC 9110, section 9.1). */
    private static Set<HttpMethod> allowed(MethodNotAllowedException notAllowed) {
        Set<HttpMethod> methods = new LinkedHashSet<>(notAllowed.getSupportedMethods());
        if (methods.contains(HttpMethod.GET)) {
            methods.add(HttpMethod.HEAD);
        }
        return methods;
    }

    private static String methods(MethodNotAllowedException notAllowed) {
        return allowed(notAllowed).stream().map(HttpMethod::name).sorted().collect(Collectors.joining(", "));
    }

    private static Problem ofStatus(ServerWebExchange exchange, ResponseStatusException thrown) {
        HttpStatusCode status = thrown.getStatusCode();
        if (status.value() == 404) {
            return Problem.notFound("resource");
        }
        return status.is4xxClientError()
                ? new Problem(ProblemCode.MALFORMED_REQUEST, "The request is not valid for this call")
                : unexpected(exchange, thrown);
    }

    /**
     * The path of the error in the body, by field names and indexes. Never contains values, nor names that may be
     * secrets.
     */
    private static String pathOf(JacksonException e) {
        StringBuilder path = new StringBuilder("$");
        for (JacksonException.Reference step : e.getPath()) {
            String name = step.getPropertyName();
            if (name == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append('.').append(NAME.matcher(name).matches() ? name : "?");
            }
        }
        return path.toString();
    }

    private static Problem databaseUnavailable(Throwable thrown) {
        log.warn("The database is unavailable: {}", thrown.toString());
        return Problem.unavailable("The database is unavailable; try again with the same key");
    }

    private static Problem unexpected(ServerWebExchange exchange, Throwable thrown) {
        // Sent even so: if the client is still connected, it must not get an empty 200.
        if (DisconnectedClientHelper.isClientDisconnectedException(thrown)) {
            log.debug("The client disconnected: {}", thrown.toString());
            return Problem.unavailable("The connection was lost; try again with the same key");
        }
        if (thrown instanceof IOException || thrown instanceof TimeoutException) {
            log.warn("Refused with 503: {}", thrown.toString());
            return Problem.unavailable("A service behind this one does not respond");
        }
        String traceId = TraceContext.of(exchange).traceId();
        log.error("Unexpected error, trace {}", traceId, thrown);
        return new Problem(ProblemCode.INTERNAL, "An internal error; report it with the traceId")
                .with("traceId", traceId);
    }
}
