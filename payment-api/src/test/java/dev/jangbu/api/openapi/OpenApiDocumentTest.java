package dev.jangbu.api.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.api.testbed.ApiContract;
import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.contract.ProblemCode;
import io.swagger.v3.parser.OpenAPIV3Parser;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The OpenAPI document that the running service generates. */
class OpenApiDocumentTest {

    private static String text;
    private static ApiContract contract;
    private static JsonNode document;

    @BeforeAll
    static void read() {
        Reply reply = withoutKey("/openapi.json").is(200);
        text = reply.text();
        contract = new ApiContract(text);
        document = contract.document();
    }

    @Test
    void theDocumentIsValidOpenApi31() {
        assertThat(document.path("openapi").asString()).startsWith("3.1.");
        assertThat(new OpenAPIV3Parser().readContents(text).getMessages()).isEmpty();
    }

    @Test
    void theDocumentContainsExactlyTheRoutes() {
        Set<String> routes = Testbed.main()
                .bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .keySet()
                .stream()
                .flatMap(mapping -> mapping.getMethodsCondition().getMethods().stream()
                        .flatMap(method -> mapping.getPatternsCondition().getPatterns().stream()
                                .map(pattern -> method + " " + pattern.getPatternString())))
                .filter(route -> route.contains(" /v1"))
                .collect(Collectors.toCollection(TreeSet::new));

        Set<String> described = new TreeSet<>();
        operations((path, method, operation) -> described.add(method.toUpperCase(Locale.ROOT) + " " + path));

        assertThat(described).isEqualTo(routes).hasSizeGreaterThan(20);
    }

    @Test
    void everyOperationHasItsDescription() {
        List<String> ids = new ArrayList<>();
        operations((path, method, operation) -> {
            String call = method + " " + path;
            assertThat(operation.path("summary").asString()).as(call).isNotBlank();
            assertThat(operation.path("tags").size()).as(call).isEqualTo(1);
            assertThat(operation.path("security").path(0).path("apiKey").size())
                    .as(call)
                    .isEqualTo(1);
            assertThat(operation.path("responses").propertyNames()).as(call).anyMatch(status -> status.startsWith("2"));
            ids.add(operation.path("operationId").asString());
            if (method.equals("post")) {
                assertThat(operation
                                .path("requestBody")
                                .path("content")
                                .path("application/json")
                                .has("example"))
                        .as(call)
                        .isTrue();
            }
        });
        assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.matches("[a-z][A-Za-z]+"));
        assertThat(text).doesNotContain("\"x-");
    }

    @Test
    void everyExampleMatchesItsSchema() {
        List<String> checked = new ArrayList<>();
        operations((path, method, operation) -> {
            contents(operation.path("requestBody"), "request of " + method + " " + path, checked);
            operation
                    .path("responses")
                    .properties()
                    .forEach(response ->
                            contents(response.getValue(), response.getKey() + " of " + method + " " + path, checked));
        });
        assertThat(checked).hasSizeGreaterThan(200);
    }

    @Test
    void everyProblemCodeIsDocumentedForAnOperation() {
        Set<String> described = new TreeSet<>();
        operations((path, method, operation) -> operation
                .path("responses")
                .properties()
                .forEach(response -> {
                    JsonNode codes = response.getValue()
                            .at("/content/application~1problem+json/schema/allOf/1/properties/code/enum");
                    codes.forEach(code -> {
                        ProblemCode known = ProblemCode.valueOf(
                                code.asString().toUpperCase(Locale.ROOT).replace('-', '_'));
                        assertThat(response.getKey()).isEqualTo(Integer.toString(known.status()));
                        described.add(code.asString());
                    });
                }));

        // method-not-allowed can't occur for a documented method, nor not-acceptable for a public call.
        Set<ProblemCode> all =
                EnumSet.complementOf(EnumSet.of(ProblemCode.METHOD_NOT_ALLOWED, ProblemCode.NOT_ACCEPTABLE));
        assertThat(described)
                .containsExactlyInAnyOrderElementsOf(
                        all.stream().map(ProblemCode::text).toList());
    }

    @Test
    void listsAcceptExactlyTheirDocumentedParameters() {
        Client client = Testbed.client();
        operations((path, method, operation) -> {
            boolean ownList = operation
                            .at("/responses/200/content/application~1json/schema/$ref")
                            .asString("")
                            .endsWith("List")
                    && !path.contains("{")
                    && !path.startsWith("/v1/ledger");
            if (ownList) {
                String query = operation
                        .path("parameters")
                        .valueStream()
                        .map(parameter ->
                                document.at(parameter.path("$ref").asString().substring(1)))
                        .filter(parameter ->
                                parameter.path("in").asString().equals("query") && parameter.has("example"))
                        .map(parameter -> parameter.path("name").asString() + "="
                                + parameter.path("example").asString())
                        .collect(Collectors.joining("&"));
                String list = path.substring("/v1".length()) + "?" + query;
                client.get(list + "&limit=1").is(200);
                client.get(list + "&undescribed=1").problem(422, "invalid-field");
            }
        });
    }

    @Test
    void theContractCheckDetectsDeviatingResponses() {
        String path = "/v1/payouts/0199f0e0-5d11-7a02-b6c7-18293a4b5c6d";
        ObjectNode payout = (ObjectNode) document.at("/components/schemas/Payout/examples/0");
        String valid = payout.toString();
        contract.check("GET", path, reply(200, "application/json", valid));

        String missing = payout.deepCopy().without("version").toString();
        String extra = payout.deepCopy().put("secret", "hash").toString();
        String mistyped = payout.deepCopy().put("amount", "3000").toString();
        for (Reply wrong : List.of(
                reply(200, "application/json", missing),
                reply(200, "application/json", extra),
                reply(200, "application/json", mistyped),
                reply(200, "text/html", valid),
                reply(201, "application/json", valid),
                reply(200, "application/json", valid, "Location", "/v1"),
                reply(404, "application/problem+json", "{\"code\":\"not-found\"}"))) {
            assertThatThrownBy(() -> contract.check("GET", path, wrong)).isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void anOverlayThatRefersToUnknownMembersIsRejected() {
        JsonMapper json = JsonMapper.shared();
        ObjectNode skeleton = (ObjectNode) json.readTree("""
                {"paths":{"/v1/a":{"get":{}}},"components":{"schemas":{"A":{"properties":{"b":{}}}}}}""");

        for (String overlay : List.of(
                "{\"paths\":{\"/v1/b\":{}}}",
                "{\"paths\":{\"/v1/a\":{\"post\":{}}}}",
                "{\"components\":{\"schemas\":{\"A\":{\"properties\":{\"c\":{}}}}}}")) {
            assertThatThrownBy(() -> OpenApiOverlay.apply((ObjectNode) json.readTree(overlay), skeleton.deepCopy()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("does not exist");
        }
    }

    @Test
    void theDocumentationPageAndItsScriptsAreServedWithoutAKey() {
        Reply page = withoutKey("/docs");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.header("Content-Security-Policy"))
                .contains("default-src 'none'")
                .contains("connect-src 'self'");
        Arrays.stream(page.text().split("src=\""))
                .skip(1)
                .map(after -> after.substring(0, after.indexOf('"')))
                .forEach(script -> {
                    assertThat(script).startsWith("/docs/");
                    assertThat(withoutKey(script).status()).as(script).isEqualTo(200);
                });
        withoutKey("/webjars/scalar/scalar.js").problem(404, "not-found");
    }

    private interface OperationVisitor {
        void visit(String path, String method, JsonNode operation);
    }

    private static void operations(OperationVisitor visitor) {
        document.path("paths").properties().forEach(path -> path.getValue()
                .properties()
                .forEach(operation -> visitor.visit(path.getKey(), operation.getKey(), operation.getValue())));
    }

    private static void contents(JsonNode holder, String what, List<String> checked) {
        holder.path("content").properties().forEach(content -> {
            JsonNode schema = content.getValue().path("schema");
            String place =
                    schema.has("$ref") ? schema.path("$ref").asString().substring(1) : "/components/schemas/Problem";
            List<JsonNode> examples = new ArrayList<>();
            if (content.getValue().has("example")) {
                examples.add(content.getValue().path("example"));
            }
            content.getValue().path("examples").forEach(example -> examples.add(example.path("value")));
            assertThat(examples).as(what).isNotEmpty();
            examples.forEach(example ->
                    assertThat(contract.faults(place, example)).as(what).isEmpty());
            checked.add(what);
        });
    }

    private static Reply reply(int status, String type, String body, String... header) {
        Map<String, List<String>> headers = new TreeMap<>(Map.of("Content-Type", List.of(type)));
        if (header.length > 0) {
            headers.put(header[0], List.of(header[1]));
        }
        return new Reply(status, HttpHeaders.of(headers, (name, value) -> true), body);
    }

    private static Reply withoutKey(String path) {
        Client client = Testbed.client();
        return client.send(
                HttpRequest.newBuilder(URI.create(client.base() + path)).build());
    }
}
