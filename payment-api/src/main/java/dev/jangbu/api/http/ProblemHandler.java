package dev.jangbu.api.http;

import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcTransientException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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

/** Answers every refusal and failure as a problem; what nobody foresaw is a 500 with the trace's id, logged once. */
@Component
@Order(-2)
final class ProblemHandler implements WebExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);

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
            headers.setAllow(notAllowed.getSupportedMethods());
        }
        byte[] body = json.writeValueAsBytes(
                problem.body(exchange.getRequest().getPath().value()));
        return response.writeWith(Mono.just(response.bufferFactory().wrap(body)))
                .onErrorResume(unwritable -> {
                    // The server has refused the rest of the request by itself, or the client is gone.
                    log.debug("A refusal couldn't be written: {}", unwritable.toString());
                    return Mono.empty();
                });
    }

    private static Problem problemOf(ServerWebExchange exchange, Throwable thrown) {
        if (DatabaseRefusals.isBug(thrown)) {
            return unforeseen(exchange, thrown);
        }
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case Problem problem -> {
                    return problem;
                }
                case DataBufferLimitException tooLarge -> {
                    return new Problem(ProblemCode.BODY_TOO_LARGE, "A body may have 64 KiB");
                }
                case UnrecognizedPropertyException unknown -> {
                    return new Problem(
                            ProblemCode.MALFORMED_REQUEST,
                            "The body has a field that this call doesn't know, at " + at(unknown)
                                    + "; remove it or correct its name");
                }
                case JacksonException unreadable -> {
                    String why = unreadable.getCause() instanceof Problem known
                            ? known.getMessage()
                            : "The body is not the JSON that this call takes";
                    return new Problem(ProblemCode.MALFORMED_REQUEST, why + ", at " + at(unreadable));
                }
                case DataAccessResourceFailureException unreachable -> {
                    return databaseAway(unreachable);
                }
                case TransientDataAccessException passing -> {
                    return databaseAway(passing);
                }
                case TransactionException noTransaction -> {
                    return databaseAway(noTransaction);
                }
                case R2dbcNonTransientResourceException gone -> {
                    return databaseAway(gone);
                }
                case R2dbcTransientException passing -> {
                    return databaseAway(passing);
                }
                default -> {}
            }
        }
        return switch (thrown) {
            case UnsupportedMediaTypeStatusException unsupported ->
                new Problem(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the body as Content-Type: application/json");
            case MethodNotAllowedException notAllowed ->
                new Problem(ProblemCode.METHOD_NOT_ALLOWED, "Allowed here: " + methods(notAllowed));
            case ServerWebInputException bodiless ->
                new Problem(ProblemCode.MALFORMED_REQUEST, "The body must be the JSON object that this call takes");
            case ResponseStatusException status -> ofStatus(exchange, status);
            case DecodingException unreadable ->
                new Problem(ProblemCode.MALFORMED_REQUEST, "The body is not the JSON that this call takes");
            default -> unforeseen(exchange, thrown);
        };
    }

    private static String methods(MethodNotAllowedException notAllowed) {
        return notAllowed.getSupportedMethods().stream()
                .map(HttpMethod::name)
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static Problem ofStatus(ServerWebExchange exchange, ResponseStatusException thrown) {
        HttpStatusCode status = thrown.getStatusCode();
        if (status.value() == 404) {
            return Problem.notFound("resource");
        }
        return status.is4xxClientError()
                ? new Problem(ProblemCode.MALFORMED_REQUEST, "The request is not one that this call takes")
                : unforeseen(exchange, thrown);
    }

    /** Where in the body, by names and indexes alone: what stands there may be a secret, and so may what is no name. */
    private static String at(JacksonException e) {
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

    private static Problem databaseAway(Throwable thrown) {
        log.warn("The database doesn't answer: {}", thrown.toString());
        return new Problem(ProblemCode.UNAVAILABLE, "The database doesn't answer; try again with the same key")
                .retryAfter(Duration.ofSeconds(2));
    }

    private static Problem unforeseen(ServerWebExchange exchange, Throwable thrown) {
        // Answered all the same: a client that is gone reads nothing, one that isn't must not be shown an empty 200.
        if (DisconnectedClientHelper.isClientDisconnectedException(thrown)) {
            log.debug("The client went away: {}", thrown.toString());
            return new Problem(ProblemCode.UNAVAILABLE, "The connection broke off; try again with the same key")
                    .retryAfter(Duration.ofSeconds(2));
        }
        if (thrown instanceof IOException || thrown instanceof TimeoutException) {
            log.warn("Refused with 503: {}", thrown.toString());
            return new Problem(ProblemCode.UNAVAILABLE, "Something that is needed doesn't answer")
                    .retryAfter(Duration.ofSeconds(2));
        }
        String traceId = TraceContext.of(exchange).traceId();
        log.error("Unforeseen, trace {}", traceId, thrown);
        return new Problem(ProblemCode.INTERNAL, "This is a bug; tell us the traceId").with("traceId", traceId);
    }
}
