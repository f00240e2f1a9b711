package dev.jangbu.ledger.query;

import java.net.URI;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.UncategorizedSQLException;
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
    private static final Set<String> TIMEOUTS = Set.of("25P04", "57014");

    /** The problem codes of this service. */
    private enum Code {
        MALFORMED_REQUEST(400, "The request can't be read"),
        NOT_FOUND(404, "Not found"),
        METHOD_NOT_ALLOWED(405, "The method is not allowed here"),
        NOT_ACCEPTABLE(406, "The answer is JSON"),
        INVALID_FIELD(422, "A field is invalid"),
        INTERNAL(500, "Something is wrong on our side"),
        UNAVAILABLE(503, "Not available at the moment");

        private final int status;
        private final String title;

        Code(int status, String title) {
            this.status = status;
            this.title = title;
        }

        static Code of(HttpStatusCode status) {
            for (Code code : values()) {
                if (code.status == status.value()) {
                    return code;
                }
            }
            return status.is4xxClientError() ? MALFORMED_REQUEST : INTERNAL;
        }

        void describe(ProblemDetail problem) {
            String text = name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
            problem.setType(URI.create("urn:jangbu:problem:" + text));
            problem.setTitle(title);
            problem.setProperty("code", text);
        }

        ProblemDetail problem(@Nullable String detail) {
            ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.valueOf(status), detail);
            describe(problem);
            return problem;
        }
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> invalidParameter(InvalidParameterException e) {
        ProblemDetail problem = Code.INVALID_FIELD.problem(e.getMessage());
        problem.setProperty("errors", e.errors());
        return answer(problem);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> malformedQuery(org.apache.tomcat.util.http.InvalidParameterException e) {
        return answer(Code.MALFORMED_REQUEST.problem("The query must be percent-encoded UTF-8"));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> notFound(NotFoundException e) {
        return answer(Code.NOT_FOUND.problem(e.getMessage()));
    }

    @ExceptionHandler({DataAccessResourceFailureException.class, TransientDataAccessException.class})
    ResponseEntity<ProblemDetail> databaseUnavailable(RuntimeException e) {
        log.warn("A ledger read failed: {}", e.toString());
        return unavailable("The ledger cannot be read at the moment");
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> badSql(BadSqlGrammarException e) {
        SQLException cause = e.getSQLException();
        if (cause != null && UNDEFINED_TABLE.equals(cause.getSQLState())) {
            return unavailable("The ledger's database is not migrated yet");
        }
        return internalError(e);
    }

    /** PostgreSQL cancels statements that exceed the limits of {@link dev.jangbu.ledger.database.Database}. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> uncategorized(UncategorizedSQLException e) {
        SQLException cause = e.getSQLException();
        if (cause != null && TIMEOUTS.contains(String.valueOf(cause.getSQLState()))) {
            log.warn("A ledger read timed out: {}", cause.getMessage());
            return unavailable("The read takes too long");
        }
        return internalError(e);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> internalError(RuntimeException e) {
        log.error("A ledger read failed", e);
        return answer(Code.INTERNAL.problem("A ledger read failed; see the log"));
    }

    /** Renders Spring's own errors (unknown path, method not allowed) in the same shape. */
    @Override
    protected ResponseEntity<Object> createResponseEntity(
            @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (body instanceof ProblemDetail problem) {
            Code.of(status).describe(problem);
        }
        return super.createResponseEntity(body, headers, status, request);
    }

    private static ResponseEntity<ProblemDetail> unavailable(String detail) {
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .body(Code.UNAVAILABLE.problem(detail));
    }

    private static ResponseEntity<ProblemDetail> answer(ProblemDetail problem) {
        return ResponseEntity.status(problem.getStatus()).body(problem);
    }
}
