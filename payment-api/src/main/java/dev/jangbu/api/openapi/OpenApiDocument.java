package dev.jangbu.api.openapi;

import dev.jangbu.api.auth.Scopes;
import dev.jangbu.api.http.ResponseSchema;
import java.lang.reflect.ParameterizedType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.result.method.RequestMappingInfo;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Generates the OpenAPI document from the running service: its routes, request and response records, required scopes
 * and problems. Three steps: generate the skeleton; merge the overlay; complete each operation.
 */
final class OpenApiDocument {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)}");

    /** Instructions of the overlay, removed from the finished document. */
    private static final String RESPONSE_SCHEMA = "x-response-schema";

    private static final String LIST = "x-list";
    private static final String PROBLEMS = "x-problems";
    private static final String HEADERS = "x-headers";
    private static final String EXAMPLE_OVERRIDES = "x-example-overrides";
    private static final String VARIABLES = "x-variables";

    private final JsonMapper json;
    private final RecordSchemas schemas = new RecordSchemas();

    private OpenApiDocument(JsonMapper json) {
        this.json = json;
    }

    /** An operation: a method on a path. */
    record Call(HttpMethod method, String path, HandlerMethod handler) {}

    /** The operations of the public API among all mappings of the service. */
    static List<Call> calls(Map<RequestMappingInfo, HandlerMethod> mappings) {
        List<Call> calls = new ArrayList<>();
        mappings.forEach((mapping, handler) -> mapping.getPatternsCondition().getPatterns().stream()
                .filter(pattern -> pattern.getPatternString().startsWith("/v1"))
                .forEach(pattern -> mapping.getMethodsCondition()
                        .getMethods()
                        .forEach(method ->
                                calls.add(new Call(method.asHttpMethod(), pattern.getPatternString(), handler)))));
        calls.sort(Comparator.comparing(Call::path)
                .thenComparing(call -> call.method().name()));
        return calls;
    }

    /** Generates the document. */
    static ObjectNode of(List<Call> calls, JsonMapper json) {
        OpenApiDocument generator = new OpenApiDocument(json);
        ObjectNode overlay = OpenApiOverlay.read(json);
        ObjectNode document = generator.skeleton(inOrderOf(overlay, calls));
        OpenApiOverlay.apply(overlay, document);
        calls.forEach(call -> generator.complete(call, document));
        document.remove(VARIABLES);
        return document;
    }

    /** Sorts the operations in the order of the overlay, which is the reading order. */
    private static List<Call> inOrderOf(ObjectNode overlay, List<Call> calls) {
        List<String> order = new ArrayList<>();
        overlay.path("paths").properties().forEach(path -> path.getValue()
                .propertyNames()
                .forEach(method -> order.add(method + " " + path.getKey())));
        return calls.stream()
                .sorted(Comparator.comparingInt(call -> order.indexOf(lowerCase(call.method()) + " " + call.path())))
                .toList();
    }

    private ObjectNode skeleton(List<Call> calls) {
        ObjectNode document = JSON.objectNode().put("openapi", "3.1.1");
        document.putObject("info");
        document.putArray("tags");
        ObjectNode paths = document.putObject("paths");
        for (Call call : calls) {
            ObjectNode operation = paths.withObjectProperty(call.path()).putObject(lowerCase(call.method()));
            ResponseSchema schema = call.handler().getMethodAnnotation(ResponseSchema.class);
            if (schema != null) {
                operation.put(RESPONSE_SCHEMA, schemas.response(schema.value())).put(LIST, schema.list());
            }
            Class<?> body = body(call.handler());
            if (body != null) {
                ObjectNode content = operation.putObject("requestBody").put("required", true);
                content.putObject("content")
                        .putObject("application/json")
                        .set("schema", RecordSchemas.reference(schemas.request(body)));
            }
            operation.putArray("security").addObject().putArray("apiKey").add(scope(call));
        }
        ObjectNode components = document.putObject("components");
        components.set("schemas", schemas.all());
        schemas.all().set("Problem", ProblemResponses.schema());
        return document;
    }

    private static @Nullable Class<?> body(HandlerMethod handler) {
        for (MethodParameter parameter : handler.getMethodParameters()) {
            // Mono<TheBody>
            if (parameter.hasParameterAnnotation(RequestBody.class)
                    && parameter.getGenericParameterType() instanceof ParameterizedType mono
                    && mono.getActualTypeArguments()[0] instanceof Class<?> body) {
                return body;
            }
        }
        return null;
    }

    private void complete(Call call, ObjectNode document) {
        ObjectNode components = document.withObjectProperty("components");
        ObjectNode operation = document.withObjectProperty("paths")
                .withObjectProperty(call.path())
                .withObjectProperty(lowerCase(call.method()));
        boolean list = operation.path(LIST).asBoolean(false);
        String description = operation.path("description").asString("");
        operation.put(
                "description",
                description + (description.isEmpty() ? "" : "\n\n") + "Requires the scope `" + scope(call) + "`.");
        operation.set("parameters", parameters(call, list, operation, document.path(VARIABLES)));
        setExample(operation.path("requestBody").path("content").path("application/json"), components);

        ObjectNode responses = operation.withObjectProperty("responses");
        responses
                .properties()
                .forEach(response ->
                        success(call, response.getKey(), (ObjectNode) response.getValue(), operation, components));
        List<String> specific = new ArrayList<>();
        operation.path(PROBLEMS).forEach(code -> specific.add(code.asString()));
        ProblemResponses.responses(json, ProblemResponses.of(call.method(), specific), instance(call))
                .forEach(responses::set);
        operation.remove(List.of(RESPONSE_SCHEMA, LIST, PROBLEMS));
    }

    private ArrayNode parameters(Call call, boolean list, ObjectNode operation, JsonNode variables) {
        ArrayNode parameters = JSON.arrayNode();
        Matcher variable = VARIABLE.matcher(call.path());
        while (variable.find()) {
            ObjectNode parameter =
                    parameters.addObject().put("name", variable.group(1)).put("in", "path");
            parameter.put("required", true).setAll((ObjectNode) variables.path(variable.group(1)));
        }
        if (call.method().equals(HttpMethod.POST)) {
            parameters.add(component("parameters", "Idempotency-Key"));
        }
        operation.path("parameters").forEach(parameters::add);
        if (list) {
            parameters.add(component("parameters", "limit")).add(component("parameters", "cursor"));
        }
        return parameters;
    }

    private void success(Call call, String status, ObjectNode response, ObjectNode operation, ObjectNode components) {
        List<String> headers = new ArrayList<>();
        response.path(HEADERS).forEach(header -> headers.add(header.asString()));
        response.remove(HEADERS);
        boolean list = operation.path(LIST).asBoolean(false);
        if (call.method().equals(HttpMethod.POST)) {
            headers.add("Idempotency-Replayed");
        }
        if (status.equals("202")) {
            headers.add("Retry-After");
        }
        if (list) {
            headers.add("Link");
        }
        headers.forEach(header -> response.withObjectProperty("headers").set(header, component("headers", header)));
        String schema = operation.path(RESPONSE_SCHEMA).asString("");
        if (!schema.isEmpty() && !status.equals("304")) {
            ObjectNode content = response.putObject("content").putObject("application/json");
            content.set("schema", RecordSchemas.reference(list ? page(schema, components) : schema));
            setExample(content, components);
            if (content.path("example") instanceof ObjectNode example
                    && response.path(EXAMPLE_OVERRIDES) instanceof ObjectNode overrides) {
                content.set("example", example.deepCopy().setAll(overrides));
            }
        }
        response.remove(EXAMPLE_OVERRIDES);
    }

    /** Adds the schema of a page of a list, and returns its name. */
    private static String page(String of, ObjectNode components) {
        String name = of + "List";
        ObjectNode all = components.withObjectProperty("schemas");
        if (!all.has(name)) {
            ObjectNode page = all.putObject(name).put("type", "object").put("additionalProperties", false);
            page.putArray("required").add("data").add("nextCursor");
            ObjectNode properties = page.putObject("properties");
            properties.putObject("data").put("type", "array").set("items", RecordSchemas.reference(of));
            properties
                    .putObject("nextCursor")
                    .put("description", "Send it as `cursor` to get the next page; null on the last page.")
                    .putArray("type")
                    .add("string")
                    .add("null");
            ObjectNode example = page.putArray("examples").addObject();
            example.putArray("data").add(all.path(of).path("examples").path(0));
            example.putNull("nextCursor");
        }
        return name;
    }

    /** Uses the first example of the schema as the example of the body. */
    private static void setExample(JsonNode content, ObjectNode components) {
        if (content instanceof ObjectNode body) {
            String reference = body.path("schema").path("$ref").asString("");
            JsonNode schema = components.path("schemas").path(reference.substring(reference.lastIndexOf('/') + 1));
            body.set("example", schema.path("examples").path(0));
        }
    }

    private static ObjectNode component(String kind, String name) {
        return JSON.objectNode().put("$ref", "#/components/" + kind + "/" + name);
    }

    private static String scope(Call call) {
        return Scopes.required(call.method(), PathContainer.parsePath(call.path()))
                .text();
    }

    private static String lowerCase(HttpMethod method) {
        return method.name().toLowerCase(Locale.ROOT);
    }

    private static String instance(Call call) {
        return VARIABLE.matcher(call.path()).replaceAll("0199f0c2-7a51-7c3e-9d2a-5b1f6e0c4a10");
    }
}
