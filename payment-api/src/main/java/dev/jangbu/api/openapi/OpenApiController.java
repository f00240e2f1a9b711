package dev.jangbu.api.openapi;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.springframework.beans.factory.config.YamlMapFactoryBean;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/**
 * Serves the OpenAPI document and the documentation page, without authentication. The page loads nothing from other
 * hosts.
 */
@RestController
final class OpenApiController {

    private static final MediaType JAVASCRIPT = MediaType.parseMediaType("text/javascript;charset=UTF-8");

    /** Allows inline styles, which the viewer generates, and no other host. */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
                    + " img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static final Resource DOCUMENT = new ClassPathResource("openapi.yaml");
    private static final Resource PAGE = new ClassPathResource("openapi/docs.html");
    private static final Resource SETUP = new ClassPathResource("openapi/docs.js");
    private static final Resource VIEWER = new ClassPathResource("META-INF/resources/webjars/scalar/scalar.js");

    /** Converted on the first request, to keep the start fast. */
    private final Supplier<byte[]> document;

    OpenApiController(JsonMapper json) {
        document = SingletonSupplier.of(() -> json.writeValueAsBytes(yaml()));
    }

    @GetMapping(path = "/openapi.json", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<byte[]> document() {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noCache())
                .body(document.get());
    }

    @GetMapping("/docs")
    ResponseEntity<Resource> page() {
        return ResponseEntity.ok()
                .contentType(new MediaType(MediaType.TEXT_HTML, Map.of("charset", "UTF-8")))
                .header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
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

    private static Map<String, Object> yaml() {
        YamlMapFactoryBean yaml = new YamlMapFactoryBean();
        yaml.setResources(DOCUMENT);
        return Objects.requireNonNull(yaml.getObject(), "the document is not empty");
    }
}
