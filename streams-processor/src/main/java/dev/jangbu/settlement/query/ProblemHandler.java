package dev.jangbu.settlement.query;

import dev.jangbu.contract.ProblemCode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Returns errors as {@code application/problem+json} (RFC 9457). */
@RestControllerAdvice
final class ProblemHandler {

    private static final String RETRY_AFTER_SECONDS = "1";

    private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);

    @ExceptionHandler
    ResponseEntity<ProblemDetail> walletUnavailable(WalletUnavailableException e) {
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .body(problem(HttpStatus.SERVICE_UNAVAILABLE, ProblemCode.RESTORING, e.getMessage()));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> invalidField(InvalidFieldException e) {
        ProblemDetail problem = problem(HttpStatus.UNPROCESSABLE_CONTENT, ProblemCode.INVALID_FIELD, e.getMessage());
        problem.setProperty("errors", List.of(Map.of("field", e.field, "detail", e.problem)));
        return ResponseEntity.unprocessableContent().body(problem);
    }

    /** Spring's own 4xx errors keep their status. Anything else is a bug. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> other(Exception e) {
        if (e instanceof ErrorResponse error && error.getStatusCode().is4xxClientError()) {
            HttpStatusCode status = error.getStatusCode();
            return ResponseEntity.status(status)
                    .headers(error.getHeaders())
                    .body(problem(status, code(status), error.getBody().getDetail()));
        }
        log.error("A bug in a wallet read", e);
        return ResponseEntity.internalServerError()
                .body(problem(HttpStatus.INTERNAL_SERVER_ERROR, ProblemCode.INTERNAL, "An unexpected error"));
    }

    private static ProblemCode code(HttpStatusCode status) {
        return switch (status.value()) {
            case 404 -> ProblemCode.NOT_FOUND;
            case 405 -> ProblemCode.METHOD_NOT_ALLOWED;
            default -> ProblemCode.MALFORMED_REQUEST;
        };
    }

    private static ProblemDetail problem(HttpStatusCode status, ProblemCode code, @Nullable String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(code.type());
        problem.setProperty("code", code.text());
        return problem;
    }
}
