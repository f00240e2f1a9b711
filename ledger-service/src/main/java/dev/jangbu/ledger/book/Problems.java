package dev.jangbu.ledger.book;

import java.sql.SQLException;
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
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Errors as RFC 9457 problem details, with the {@code code} that the API's contract names. */
@RestControllerAdvice
final class Problems extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final String RETRY_AFTER_SECONDS = "2";
    private static final String UNDEFINED_TABLE = "42P01";

    @ExceptionHandler
    ResponseEntity<ProblemDetail> malformed(MalformedTimeException e) {
        return answer(HttpStatus.BAD_REQUEST, "malformed-request", e.getMessage());
    }

    @ExceptionHandler({DataAccessResourceFailureException.class, TransientDataAccessException.class})
    ResponseEntity<ProblemDetail> databaseAway(RuntimeException e) {
        LOG.warn("The book could not be read: {}", e.toString());
        return unavailable("The book cannot be read at the moment");
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> badSql(BadSqlGrammarException e) {
        SQLException cause = e.getSQLException();
        if (cause != null && UNDEFINED_TABLE.equals(cause.getSQLState())) {
            return unavailable("The book's database is not migrated yet");
        }
        return bug(e);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> bug(RuntimeException e) {
        LOG.error("A read of the book failed", e);
        return answer(HttpStatus.INTERNAL_SERVER_ERROR, "internal", "A read of the book failed; see the log");
    }

    /** Spring's own refusals (no such path, method not allowed …) in the same shape. */
    @Override
    protected ResponseEntity<Object> createResponseEntity(
            @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (body instanceof ProblemDetail problem) {
            problem.setProperty("code", code(status));
        }
        return super.createResponseEntity(body, headers, status, request);
    }

    private static String code(HttpStatusCode status) {
        return switch (status.value()) {
            case 400 -> "malformed-request";
            case 404 -> "not-found";
            case 405 -> "method-not-allowed";
            case 406 -> "not-acceptable";
            case 503 -> "unavailable";
            default -> "internal";
        };
    }

    private static ResponseEntity<ProblemDetail> unavailable(String detail) {
        ProblemDetail problem = problem(HttpStatus.SERVICE_UNAVAILABLE, "unavailable", detail);
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .body(problem);
    }

    private static ResponseEntity<ProblemDetail> answer(HttpStatus status, String code, @Nullable String detail) {
        return ResponseEntity.status(status).body(problem(status, code, detail));
    }

    private static ProblemDetail problem(HttpStatus status, String code, @Nullable String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setProperty("code", code);
        return problem;
    }
}
