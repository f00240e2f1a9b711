package dev.jangbu.api.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The OpenAPI description, which replies are compared with: the reply's status, headers, media type and every member of
 * its body must be described for the call.
 */
public final class ApiContract {

    private static final String ID = "https://jangbu.test/openapi.json";

    /** The headers that are part of the API. */
    private static final List<String> API_HEADERS = List.of(
            "Location",
            "ETag",
            "Link",
            "Retry-After",
            "Idempotency-Replayed",
            "Preference-Applied",
            "WWW-Authenticate",
            "Cache-Control");

    private static @Nullable ApiContract shared;

    private final JsonNode document;
    private final SchemaRegistry registry;
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    /** @param text the document as the service returns it */
    public ApiContract(String text) {
        document = JsonMapper.shared().readTree(text);
        registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(ID, text))
                        .schemaRegistryConfig(SchemaRegistryConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build()));
    }

    /** The description of a service; read once, because every instance returns the same. */
    static synchronized ApiContract of(URI service) {
        if (shared == null) {
            Reply reply = new Client(service, "")
                    .send(HttpRequest.newBuilder(service.resolve("/openapi.json"))
                            .build());
            shared = new ApiContract(reply.is(200).text());
        }
        return shared;
    }

    public JsonNode document() {
        return document;
    }

    /** The value's violations of the schema at a JSON pointer, such as {@code /components/schemas/Payment}. */
    public List<String> faults(String pointer, JsonNode value) {
        return schemas
                .computeIfAbsent(pointer, at -> registry.getSchema(SchemaLocation.of(ID + "#" + at)))
                .validate(value)
                .stream()
                .map(Object::toString)
                .toList();
    }

    /** The described path template that matches a request's path. */
    public Optional<String> pathOf(String method, String path) {
        return document.path("paths").properties().stream()
                .filter(described -> described.getValue().has(method.toLowerCase(Locale.ROOT)))
                .map(Map.Entry::getKey)
                .filter(template -> Pattern.matches(template.replaceAll("\\{\\w+}", "[^/]+"), path))
                .findFirst();
    }

    /** Fails if a reply to a described call differs from the description. */
    public void check(String method, String path, Reply reply) {
        pathOf(method, path).ifPresent(template -> assertDescribed(template, method.toLowerCase(Locale.ROOT), reply));
    }

    private void assertDescribed(String template, String method, Reply reply) {
        String status = Integer.toString(reply.status());
        JsonNode responses = document.path("paths").path(template).path(method).path("responses");
        assertThat(new TreeSet<>(responses.propertyNames()))
                .as("%s %s has a described status: %s", method, template, reply)
                .contains(status);
        JsonNode response = responses.path(status);
        for (String header : API_HEADERS) {
            if (reply.headers().firstValue(header).isPresent()) {
                assertThat(response.path("headers").has(header))
                        .as("%s of %s %s is described: %s", header, method, template, reply)
                        .isTrue();
            }
        }
        if (reply.text().isEmpty()) {
            assertThat(response.has("content"))
                    .as("%s %s has no body: %s", method, template, reply)
                    .isFalse();
            return;
        }
        String type = reply.header("Content-Type");
        String at = "/paths/" + escaped(template) + "/" + method + "/responses/" + status + "/content/" + escaped(type)
                + "/schema";
        assertThat(document.at(at).isMissingNode())
                .as("%s of %s %s is described: %s", type, method, template, reply)
                .isFalse();
        assertThat(faults(at, reply.json()))
                .as("%s %s matches its schema: %s", method, template, reply)
                .isEmpty();
    }

    /** Escapes a token of a JSON Pointer (RFC 6901, section 3). */
    private static String escaped(String token) {
        return token.replace("~", "~0").replace("/", "~1");
    }
}
