package dev.jangbu.payment.edge;

import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcTransientException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/** Answers every refusal and failure as a problem; what nobody foresaw is a 500 with the trace's id, logged once. */
@Component
@Order(-2)
final class ProblemHandler implements WebExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);

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
        byte[] body = json.writeValueAsBytes(
                problem.body(exchange.getRequest().getPath().value()));
        return response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
    }

    private static Problem problemOf(ServerWebExchange exchange, Throwable thrown) {
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
                    return new Problem(
                            ProblemCode.MALFORMED_REQUEST,
                            "The body is not the JSON that this call takes, at " + at(unreadable));
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
                new Problem(ProblemCode.METHOD_NOT_ALLOWED, "Allowed here: " + notAllowed.getSupportedMethods());
            case ResponseStatusException status -> ofStatus(exchange, status);
            case DecodingException unreadable ->
                new Problem(ProblemCode.MALFORMED_REQUEST, "The body is not the JSON that this call takes");
            default -> unforeseen(exchange, thrown);
        };
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

    /** Where in the body, by names and indexes alone: what stands there may be a secret. */
    private static String at(JacksonException e) {
        StringBuilder path = new StringBuilder("$");
        for (JacksonException.Reference step : e.getPath()) {
            path.append(step.getPropertyName() == null ? "[" + step.getIndex() + "]" : "." + step.getPropertyName());
        }
        return path.toString();
    }

    private static Problem databaseAway(Throwable thrown) {
        log.warn("The database doesn't answer: {}", thrown.toString());
        return new Problem(ProblemCode.UNAVAILABLE, "The database doesn't answer; try again with the same key")
                .retryAfter(Duration.ofSeconds(2));
    }

    private static Problem unforeseen(ServerWebExchange exchange, Throwable thrown) {
        if (thrown instanceof R2dbcException || thrown instanceof IOException || thrown instanceof TimeoutException) {
            log.warn("Refused with 503: {}", thrown.toString());
            return new Problem(ProblemCode.UNAVAILABLE, "Something that is needed doesn't answer")
                    .retryAfter(Duration.ofSeconds(2));
        }
        String traceId = TraceContext.of(exchange).traceId();
        log.error("Unforeseen, trace {}", traceId, thrown);
        return new Problem(ProblemCode.INTERNAL, "This is a bug; tell us the traceId").with("traceId", traceId);
    }
}
