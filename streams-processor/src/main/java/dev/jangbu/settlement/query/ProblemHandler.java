package dev.jangbu.settlement.query;

import java.net.URI;
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

/** Every refusal as {@code application/problem+json} (RFC 9457) with the API's {@code code}. */
@RestControllerAdvice
final class Problems {

    private static final String RETRY_AFTER_SECONDS = "1";

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    @ExceptionHandler
    ResponseEntity<ProblemDetail> restoring(RestoringException e) {
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .body(problem(HttpStatus.SERVICE_UNAVAILABLE, "restoring", e.getMessage()));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> invalidField(InvalidFieldException e) {
        ProblemDetail problem = problem(HttpStatus.UNPROCESSABLE_CONTENT, "invalid-field", e.getMessage());
        problem.setProperty("errors", List.of(Map.of("field", e.field(), "detail", e.problem())));
        return ResponseEntity.unprocessableContent().body(problem);
    }

    /** What Spring refuses before it reaches the controller keeps its status; anything else is a bug. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> other(Exception e) {
        if (e instanceof ErrorResponse refused && refused.getStatusCode().is4xxClientError()) {
            HttpStatusCode status = refused.getStatusCode();
            return ResponseEntity.status(status)
                    .headers(refused.getHeaders())
                    .body(problem(status, code(status), refused.getBody().getDetail()));
        }
        log.error("A bug in a wallet read", e);
        return ResponseEntity.internalServerError()
                .body(problem(HttpStatus.INTERNAL_SERVER_ERROR, "internal", "An unexpected error"));
    }

    private static String code(HttpStatusCode status) {
        return switch (status.value()) {
            case 404 -> "not-found";
            case 405 -> "method-not-allowed";
            default -> "malformed-request";
        };
    }

    private static ProblemDetail problem(HttpStatusCode status, String code, @Nullable String detail) {
        ProblemDetail problem =
                detail == null ? ProblemDetail.forStatus(status) : ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("urn:jangbu:problem:" + code));
        problem.setProperty("code", code);
        return problem;
    }
}
