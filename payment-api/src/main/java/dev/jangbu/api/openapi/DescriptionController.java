package dev.jangbu.api.openapi;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.json.JsonMapper;

/** Serves the API's description and the page that shows it, to everybody. Nothing comes from elsewhere. */
@RestController
final class DescriptionController {

    private static final MediaType JAVASCRIPT = MediaType.parseMediaType("text/javascript;charset=UTF-8");

    /** The page needs styles of its own making, and talks to nobody but this service. */
    private static final String ONLY_FROM_HERE =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
                    + " img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static final Resource PAGE = new ClassPathResource("openapi/docs.html");
    private static final Resource SETUP = new ClassPathResource("openapi/docs.js");
    private static final Resource VIEWER = new ClassPathResource("META-INF/resources/webjars/scalar/scalar.js");

    private final ObjectProvider<RequestMappingHandlerMapping> mappings;
    private final JsonMapper json;

    /** Made when it is first asked for: nobody who starts the service waits for it. Two may make it at once, the same. */
    private volatile byte @Nullable [] document;

    DescriptionController(
            @Qualifier("requestMappingHandlerMapping") ObjectProvider<RequestMappingHandlerMapping> mappings,
            JsonMapper json) {
        this.mappings = mappings;
        this.json = json;
    }

    @GetMapping(path = "/openapi.json", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<byte[]> document() {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noCache())
                .body(documented());
    }

    private byte[] documented() {
        byte[] made = document;
        if (made == null) {
            made = json.writeValueAsBytes(
                    ApiDescription.of(ApiDescription.calls(mappings.getObject().getHandlerMethods()), json));
            document = made;
        }
        return made;
    }

    @GetMapping("/docs")
    ResponseEntity<Resource> page() {
        return ResponseEntity.ok()
                .contentType(new MediaType(MediaType.TEXT_HTML, Map.of("charset", "UTF-8")))
                .header("Content-Security-Policy", ONLY_FROM_HERE)
                .body(PAGE);
    }

    @GetMapping("/docs/setup.js")
    ResponseEntity<Resource> setup() {
        return script(SETUP);
    }

    @GetMapping("/docs/viewer.js")
    ResponseEntity<Resource> viewer() {
        return script(VIEWER);
    }

    private static ResponseEntity<Resource> script(Resource script) {
        return ResponseEntity.ok()
                .contentType(JAVASCRIPT)
                .cacheControl(CacheControl.maxAge(Duration.ofHours(1)))
                .body(script);
    }
}
