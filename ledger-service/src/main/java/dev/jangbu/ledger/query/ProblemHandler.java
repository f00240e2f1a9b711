package dev.jangbu.ledger.query;

import dev.jangbu.contract.ProblemCode;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Renders errors as RFC 9457 problem details, with the codes and titles of the public API. */
@RestControllerAdvice
final class ProblemHandler extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);
    private static final String RETRY_AFTER_SECONDS = "2";
    private static final String UNDEFINED_TABLE = "42P01";
    /** PostgreSQL cancels statements that exceed the limits of {@link dev.jangbu.ledger.database.Database}. */
    private static final String TRANSACTION_TIMEOUT = "25P04";

    private static final String QUERY_CANCELED = "57014";

    @ExceptionHandler
    ResponseEntity<ProblemDetail> invalidParameter(InvalidParameterException e) {
        ProblemDetail problem = problem(ProblemCode.INVALID_FIELD, e.getMessage());
        problem.setProperty("errors", e.errors());
        return answer(problem);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> malformedQuery(org.apache.tomcat.util.http.InvalidParameterException e) {
        return answer(problem(ProblemCode.MALFORMED_REQUEST, "The query must be percent-encoded UTF-8"));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> notFound(NotFoundException e) {
        return answer(problem(ProblemCode.NOT_FOUND, e.getMessage()));
    }

    @ExceptionHandler({DataAccessResourceFailureException.class, TransientDataAccessException.class})
    ResponseEntity<ProblemDetail> databaseUnavailable(RuntimeException e) {
        log.warn("A ledger read failed: {}", e.toString());
        return unavailable("The ledger cannot be read at the moment");
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> failedStatement(DataAccessException e) {
        return switch (e.getMostSpecificCause() instanceof SQLException cause
                ? String.valueOf(cause.getSQLState())
                : "") {
            case UNDEFINED_TABLE -> unavailable("The ledger's database is not migrated yet");
            case TRANSACTION_TIMEOUT, QUERY_CANCELED -> {
                log.warn("A ledger read timed out: {}", e.toString());
                yield unavailable("The read takes too long");
            }
            default -> internalError(e);
        };
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> internalError(RuntimeException e) {
        log.error("A ledger read failed", e);
        return answer(problem(ProblemCode.INTERNAL, "A ledger read failed; see the log"));
    }

    /** Renders Spring's own errors (unknown path, method not allowed) in the same shape. */
    @Override
    protected ResponseEntity<Object> createResponseEntity(
            @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (body instanceof ProblemDetail problem) {
            describe(problem, code(status));
        }
        return super.createResponseEntity(body, headers, status, request);
    }

    private static ResponseEntity<ProblemDetail> unavailable(String detail) {
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .body(problem(ProblemCode.UNAVAILABLE, detail));
    }

    private static ResponseEntity<ProblemDetail> answer(ProblemDetail problem) {
        return ResponseEntity.status(problem.getStatus()).body(problem);
    }

    private static ProblemCode code(HttpStatusCode status) {
        return switch (status.value()) {
            case 404 -> ProblemCode.NOT_FOUND;
            case 405 -> ProblemCode.METHOD_NOT_ALLOWED;
            case 406 -> ProblemCode.NOT_ACCEPTABLE;
            case 422 -> ProblemCode.INVALID_FIELD;
            case 503 -> ProblemCode.UNAVAILABLE;
            default -> status.is4xxClientError() ? ProblemCode.MALFORMED_REQUEST : ProblemCode.INTERNAL;
        };
    }

    private static ProblemDetail problem(ProblemCode code, @Nullable String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.valueOf(code.status()), detail);
        describe(problem, code);
        return problem;
    }

    private static void describe(ProblemDetail problem, ProblemCode code) {
        problem.setType(code.type());
        problem.setTitle(code.title());
        problem.setProperty("code", code.text());
    }
}
