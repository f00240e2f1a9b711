package dev.jangbu.api.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The OpenAPI document, which calls are compared with.
 *
 * <ul>
 *   <li>A reply's status, headers, media type and every member of its body must be described for the call.
 *   <li>A request that is accepted must match the description: its query, its required headers and its body.
 * </ul>
 */
public final class ApiContract {

    private static final Set<String> METHODS = Set.of("get", "post", "delete");

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

    /** The committed document. */
    public static ApiContract committed() {
        try (InputStream yaml = new ClassPathResource("openapi.yaml").getInputStream()) {
            return new ApiContract(new YAMLMapper().readTree(yaml).toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    /**
     * An operation of the document.
     *
     * @param path template, such as {@code /v1/payments/{id}}
     * @param method in upper case
     */
    public record Operation(String path, String method, JsonNode node) {

        @Override
        public String toString() {
            return method + " " + path;
        }

        private String pointer() {
            return "/paths/" + escaped(path) + "/" + method.toLowerCase(Locale.ROOT);
        }

        private boolean describes(String requestMethod, String requestPath) {
            return method.equals(requestMethod) && Pattern.matches(path.replaceAll("\\{\\w+}", "[^/]+"), requestPath);
        }
    }

    /** All operations, in the document's order. */
    public List<Operation> operations() {
        return document.path("paths").properties().stream()
                .flatMap(path -> path.getValue().properties().stream()
                        .filter(member -> METHODS.contains(member.getKey()))
                        .map(member -> new Operation(
                                path.getKey(), member.getKey().toUpperCase(Locale.ROOT), member.getValue())))
                .toList();
    }

    /** The operation's parameters, those of its path included, each one resolved. */
    public List<JsonNode> parameters(Operation operation) {
        return Stream.concat(
                        document.path("paths")
                                .path(operation.path())
                                .path("parameters")
                                .valueStream(),
                        operation.node().path("parameters").valueStream())
                .map(this::resolved)
                .toList();
    }

    /** The operation's responses by status, each one resolved. */
    public Map<String, JsonNode> responses(Operation operation) {
        Map<String, JsonNode> responses = new TreeMap<>();
        operation.node().path("responses").forEachEntry((status, node) -> responses.put(status, resolved(node)));
        return responses;
    }

    /** The node that a {@code $ref} names, or the node itself. */
    public JsonNode resolved(JsonNode node) {
        String reference = node.path("$ref").asString("");
        return reference.isEmpty() ? node : resolved(document.at(reference.substring(1)));
    }

    /** Fails if a reply to a described call differs from the description, or if an accepted request does. */
    public void check(HttpRequest request, Reply reply) {
        String path = request.uri().getRawPath();
        operations().stream()
                .filter(operation -> operation.describes(request.method(), path))
                .findFirst()
                .ifPresent(operation -> {
                    assertDescribed(operation, reply);
                    if (reply.status() < 400) {
                        assertDescribed(operation, request);
                    }
                });
    }

    private void assertDescribed(Operation operation, HttpRequest request) {
        List<JsonNode> parameters = parameters(operation);
        for (JsonNode parameter : parameters) {
            String name = parameter.path("name").asString();
            if (parameter.path("in").asString().equals("header")
                    && parameter.path("required").asBoolean(false)) {
                assertThat(request.headers().firstValue(name))
                        .as("%s is accepted without the header %s", operation, name)
                        .isPresent();
            }
        }
        for (String pair :
                Objects.requireNonNullElse(request.uri().getRawQuery(), "").split("&", -1)) {
            String name = pair.split("=", 2)[0];
            assertThat(name.isEmpty() || parameters.stream().anyMatch(parameter -> isQuery(parameter, name)))
                    .as("%s accepts the described parameter %s", operation, name)
                    .isTrue();
        }
        String body = bodyOf(request);
        if (!body.isEmpty()) {
            String at = operation.pointer() + "/requestBody/content/application~1json/schema";
            assertThat(faults(at, JsonMapper.shared().readTree(body)))
                    .as("%s accepts a body that matches its schema: %s", operation, body)
                    .isEmpty();
        }
    }

    private static boolean isQuery(JsonNode parameter, String name) {
        return parameter.path("in").asString().equals("query")
                && parameter.path("name").asString().equals(name);
    }

    /** The body of a request that was made from a text, whose publisher delivers it at once. */
    private static String bodyOf(HttpRequest request) {
        HttpResponse.BodySubscriber<String> body = HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8);
        request.bodyPublisher().orElseGet(HttpRequest.BodyPublishers::noBody).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                body.onSubscribe(subscription);
            }

            @Override
            public void onNext(ByteBuffer bytes) {
                body.onNext(List.of(bytes));
            }

            @Override
            public void onError(Throwable failure) {
                body.onError(failure);
            }

            @Override
            public void onComplete() {
                body.onComplete();
            }
        });
        return body.getBody().toCompletableFuture().join();
    }

    private void assertDescribed(Operation operation, Reply reply) {
        String status = Integer.toString(reply.status());
        Map<String, JsonNode> responses = responses(operation);
        assertThat(responses)
                .as("%s has a described status: %s", operation, reply)
                .containsKey(status);
        JsonNode response = responses.get(status);
        for (String header : API_HEADERS) {
            if (reply.headers().firstValue(header).isPresent()) {
                assertThat(response.path("headers").has(header))
                        .as("%s of %s is described: %s", header, operation, reply)
                        .isTrue();
            }
        }
        if (reply.text().isEmpty()) {
            assertThat(response.has("content"))
                    .as("%s has no body: %s", operation, reply)
                    .isFalse();
            return;
        }
        String type = reply.header("Content-Type");
        assertThat(response.path("content").has(type))
                .as("%s of %s is described: %s", type, operation, reply)
                .isTrue();
        String at = operation.pointer() + "/responses/" + status;
        String shared = document.at(at).path("$ref").asString("");
        assertThat(faults(
                        (shared.isEmpty() ? at : shared.substring(1)) + "/content/" + escaped(type) + "/schema",
                        reply.json()))
                .as("%s matches its schema: %s", operation, reply)
                .isEmpty();
    }

    /** Escapes a token of a JSON Pointer (RFC 6901, section 3). */
    private static String escaped(String token) {
        return token.replace("~", "~0").replace("/", "~1");
    }
}
