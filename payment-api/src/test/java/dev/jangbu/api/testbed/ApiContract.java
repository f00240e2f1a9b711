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
 * The API's description of itself, which its answers are held against: an answer's status, its headers, its media type and
 * every member of its body are described for the call, or the description is wrong.
 */
public final class ApiContract {

    private static final String ID = "https://jangbu.test/openapi.json";

    /** Of the headers that an answer may have, those that mean something in this API. */
    private static final List<String> TELLING = List.of(
            "Location",
            "ETag",
            "Link",
            "Retry-After",
            "Idempotency-Replayed",
            "Preference-Applied",
            "WWW-Authenticate",
            "Cache-Control");

    private static @Nullable ApiContract one;

    private final JsonNode document;
    private final SchemaRegistry registry;
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    /** @param text the document, as the service gives it out */
    public ApiContract(String text) {
        document = JsonMapper.shared().readTree(text);
        registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(ID, text))
                        .schemaRegistryConfig(SchemaRegistryConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build()));
    }

    /** As the service gives it out; every instance gives the same. */
    static synchronized ApiContract of(URI service) {
        if (one == null) {
            Reply reply = new Client(service, "")
                    .send(HttpRequest.newBuilder(service.resolve("/openapi.json"))
                            .build());
            one = new ApiContract(reply.is(200).text());
        }
        return one;
    }

    public JsonNode document() {
        return document;
    }

    /** The value's faults by the schema at that place in the document, such as {@code /components/schemas/Payment}. */
    public List<String> faults(String place, JsonNode value) {
        return schemas
                .computeIfAbsent(place, at -> registry.getSchema(SchemaLocation.of(ID + "#" + at)))
                .validate(value)
                .stream()
                .map(Object::toString)
                .toList();
    }

    /** The path of the description that a request's path is one of. */
    public Optional<String> pathOf(String method, String path) {
        return document.path("paths").properties().stream()
                .filter(described -> described.getValue().has(method.toLowerCase(Locale.ROOT)))
                .map(Map.Entry::getKey)
                .filter(template -> Pattern.matches(template.replaceAll("\\{\\w+}", "[^/]+"), path))
                .findFirst();
    }

    /** Fails if a reply to a described call is not as described. */
    public void check(String method, String path, Reply reply) {
        pathOf(method, path).ifPresent(template -> asDescribed(template, method.toLowerCase(Locale.ROOT), reply));
    }

    private void asDescribed(String template, String method, Reply reply) {
        String status = Integer.toString(reply.status());
        JsonNode responses = document.path("paths").path(template).path(method).path("responses");
        assertThat(new TreeSet<>(responses.propertyNames()))
                .as("%s %s answers as described: %s", method, template, reply)
                .contains(status);
        JsonNode response = responses.path(status);
        for (String header : TELLING) {
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
                .as("%s %s answers by its schema: %s", method, template, reply)
                .isEmpty();
    }

    /** As a part of a JSON Pointer (RFC 6901, section 3). */
    private static String escaped(String token) {
        return token.replace("~", "~0").replace("/", "~1");
    }
}
