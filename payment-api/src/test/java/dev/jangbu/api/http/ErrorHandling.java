package dev.jangbu.api.http;

import org.springframework.web.server.WebExceptionHandler;
import tools.jackson.databind.json.JsonMapper;

/** The service's error handling, for tests of other packages that start a server of their own. */
public final class ErrorHandling {

    private ErrorHandling() {}

    public static WebExceptionHandler handler() {
        return new ProblemHandler(new JsonMapper());
    }
}
