package dev.jangbu.api.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.ApiContract;
import dev.jangbu.api.testbed.ApiContract.Operation;
import dev.jangbu.contract.ProblemCode;
import io.swagger.v3.parser.OpenAPIV3Parser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code openapi.yaml} against itself and against the problem codes. */
class OpenApiDocumentTest {

    private static final ApiContract CONTRACT = ApiContract.committed();
    private static final JsonNode DOCUMENT = CONTRACT.document();
    private static final JsonNode SCHEMAS = DOCUMENT.at("/components/schemas");
    private static final String JSON = "application/json";
    private static final String PROBLEM_JSON = "application/problem+json";

    private static final Map<String, ProblemCode> CODES =
            Arrays.stream(ProblemCode.values()).collect(Collectors.toMap(ProblemCode::text, Function.identity()));

    private static final Set<ProblemCode> OF_EVERY_CALL = EnumSet.of(
            ProblemCode.MALFORMED_REQUEST,
            ProblemCode.UNAUTHORIZED,
            ProblemCode.FORBIDDEN,
            ProblemCode.URI_TOO_LONG,
            ProblemCode.TOO_MANY_REQUESTS,
            ProblemCode.HEADERS_TOO_LARGE,
            ProblemCode.INTERNAL,
            ProblemCode.UNAVAILABLE);

    private static final Set<ProblemCode> OF_EVERY_POST = EnumSet.of(
            ProblemCode.IDEMPOTENCY_KEY_MISSING,
            ProblemCode.IDEMPOTENCY_KEY_IN_USE,
            ProblemCode.IDEMPOTENCY_KEY_REUSED,
            ProblemCode.REQUEST_TIMEOUT,
            ProblemCode.BODY_TOO_LARGE,
            ProblemCode.UNSUPPORTED_MEDIA_TYPE,
            ProblemCode.INVALID_FIELD);

    /** Sent with {@code Retry-After}. */
    private static final Set<ProblemCode> RETRYABLE = EnumSet.of(
            ProblemCode.PAYMENT_IN_PROGRESS,
            ProblemCode.IDEMPOTENCY_KEY_IN_USE,
            ProblemCode.TOO_MANY_REQUESTS,
            ProblemCode.UNAVAILABLE,
            ProblemCode.RESTORING,
            ProblemCode.QUEUE_FULL,
            ProblemCode.OUTCOME_NOT_RECORDED,
            ProblemCode.RESTORED);

    /** Stored under the call's Idempotency-Key and replayed. */
    private static final Set<ProblemCode> REPLAYED = EnumSet.of(
            ProblemCode.PAYMENT_DECLINED,
            ProblemCode.REFUND_REFUSED,
            ProblemCode.AMOUNT_MISMATCH,
            ProblemCode.REFUND_EXCEEDS_PAYMENT);

    @Test
    void theDocumentIsValidOpenApi31() {
        assertThat(DOCUMENT.path("openapi").asString()).startsWith("3.1.");
        assertThat(new OpenAPIV3Parser().readContents(DOCUMENT.toString()).getMessages())
                .isEmpty();
    }

    @Test
    void everyOperationHasItsDescription() {
        for (Operation operation : CONTRACT.operations()) {
            assertThat(operation.node().path("tags").size()).as("%s", operation).isEqualTo(1);
            String scope = operation.node().at("/security/0/apiKey/0").asString();
            assertThat(operation.node().path("description").asString().strip())
                    .as("%s", operation)
                    .endsWith("Requires the scope `" + scope + "`.");
        }
    }

    @Test
    void everyPostTakesAnIdempotencyKeyAndCanBeReplayed() {
        List<Operation> posts = CONTRACT.operations().stream()
                .filter(operation -> operation.method().equals("POST"))
                .toList();
        assertThat(posts).hasSize(8);
        for (Operation post : posts) {
            assertThat(names(CONTRACT.parameters(post))).as("%s", post).contains("Idempotency-Key");
            CONTRACT.responses(post).forEach((status, response) -> {
                if (status.startsWith("2")) {
                    assertThat(response.path("headers").has("Idempotency-Replayed"))
                            .as("%s of %s", status, post)
                            .isTrue();
                }
            });
        }
    }

    @Test
    void everyListIsPaged() {
        List<Operation> lists = CONTRACT.operations().stream()
                .filter(operation ->
                        operation.node().path("operationId").asString().startsWith("list"))
                .toList();
        assertThat(lists).hasSize(11);
        for (Operation list : lists) {
            assertThat(names(CONTRACT.parameters(list))).as("%s", list).contains("limit", "cursor");
            JsonNode page = CONTRACT.responses(list).get("200");
            assertThat(page.path("headers").has("Link")).as("%s", list).isTrue();
            JsonNode schema = CONTRACT.resolved(page.at("/content/application~1json/schema"));
            assertThat(schema.path("properties").propertyNames())
                    .as("%s", list)
                    .containsExactlyInAnyOrder("data", "nextCursor");
        }
    }

    @Test
    void everyOperationHasTheProblemsOfItsKind() {
        for (Operation operation : CONTRACT.operations()) {
            Set<ProblemCode> described = EnumSet.noneOf(ProblemCode.class);
            CONTRACT.responses(operation).values().forEach(response -> described.addAll(codes(response)));
            assertThat(described).as("%s", operation).containsAll(OF_EVERY_CALL);
            assertThat(described.contains(ProblemCode.RESTORED))
                    .as("%s", operation)
                    .isEqualTo(!operation.method().equals("GET"));
            if (operation.method().equals("POST")) {
                assertThat(described).as("%s", operation).containsAll(OF_EVERY_POST);
            }
            boolean hasId = operation.path().contains("{id}");
            assertThat(!hasId || described.contains(ProblemCode.NOT_FOUND))
                    .as("%s", operation)
                    .isTrue();
        }
    }

    @Test
    void everyProblemHasTheStatusHeadersAndExampleOfItsCode() {
        Set<ProblemCode> described = EnumSet.noneOf(ProblemCode.class);
        for (Operation operation : CONTRACT.operations()) {
            CONTRACT.responses(operation).forEach((status, response) -> {
                Set<ProblemCode> codes = codes(response);
                String place = status + " of " + operation;
                described.addAll(codes);
                assertThat(codes).as(place).allMatch(code -> Integer.toString(code.status())
                        .equals(status));
                assertThat(codes).as(place).allMatch(code -> response.path("description")
                        .asString()
                        .contains("`" + code.text() + "`: "));
                assertThat(response.at("/content/application~1problem+json/examples")
                                .propertyNames())
                        .as(place)
                        .containsExactlyElementsOf(
                                codes.stream().map(ProblemCode::text).toList());
                if (!codes.isEmpty()) {
                    JsonNode headers = response.path("headers");
                    assertThat(headers.has("Retry-After"))
                            .as(place)
                            .isEqualTo(codes.stream().anyMatch(RETRYABLE::contains));
                    assertThat(headers.has("Idempotency-Replayed"))
                            .as(place)
                            .isEqualTo(codes.stream().anyMatch(REPLAYED::contains));
                    assertThat(headers.has("WWW-Authenticate"))
                            .as(place)
                            .isEqualTo(codes.contains(ProblemCode.UNAUTHORIZED));
                }
            });
        }

        // method-not-allowed can't occur for a described method, nor not-acceptable for a public call.
        assertThat(described)
                .isEqualTo(
                        EnumSet.complementOf(EnumSet.of(ProblemCode.METHOD_NOT_ALLOWED, ProblemCode.NOT_ACCEPTABLE)));
        for (ProblemCode code : described) {
            JsonNode example = DOCUMENT.at("/components/examples/" + code.text() + "/value");
            assertThat(example.path("type").asString()).isEqualTo(code.type().toString());
            assertThat(example.path("title").asString()).isEqualTo(code.title());
            assertThat(example.path("status").asInt()).isEqualTo(code.status());
            assertThat(example.path("code").asString()).isEqualTo(code.text());
        }
    }

    @Test
    void theProblemSchemaListsEveryCodeOfAPublicCall() {
        Set<ProblemCode> all = EnumSet.complementOf(EnumSet.of(ProblemCode.NOT_ACCEPTABLE));

        assertThat(SCHEMAS.at("/Problem/properties/code/enum").valueStream().map(JsonNode::asString))
                .containsExactlyElementsOf(all.stream().map(ProblemCode::text).toList());
    }

    @Test
    void everyExampleMatchesItsSchema() {
        Set<String> checked = new TreeSet<>();
        SCHEMAS.forEachEntry((name, schema) -> schema.path("examples").forEach(example -> {
            assertThat(CONTRACT.faults("/components/schemas/" + name, example))
                    .as(name)
                    .isEmpty();
            checked.add(name);
        }));
        for (Operation operation : CONTRACT.operations()) {
            CONTRACT.responses(operation).forEach((status, response) -> response.path("content")
                    .forEachEntry((type, content) -> content.path("examples").forEachEntry((name, example) -> {
                        assertThat(faults(
                                        content.path("schema"),
                                        CONTRACT.resolved(example).path("value")))
                                .as("%s of %s of %s", name, status, operation)
                                .isEmpty();
                        checked.add(name);
                    })));
        }
        assertThat(checked).hasSizeGreaterThan(50);
    }

    @Test
    void everyBodyHasAnExample() {
        for (Operation operation : CONTRACT.operations()) {
            List<JsonNode> bodies = new ArrayList<>();
            bodies.add(operation.node().at("/requestBody/content/application~1json"));
            CONTRACT.responses(operation)
                    .values()
                    .forEach(response -> bodies.add(response.path("content").path(JSON)));
            bodies.stream().filter(JsonNode::isObject).forEach(body -> {
                JsonNode schema = CONTRACT.resolved(body.path("schema"));
                // A page's example is made of its items' example.
                JsonNode items = schema.at("/properties/data/items");
                JsonNode described = items.isMissingNode() ? schema : CONTRACT.resolved(items);
                assertThat(body.has("examples") || described.has("examples"))
                        .as("%s", operation)
                        .isTrue();
            });
        }
    }

    private static List<String> names(List<JsonNode> parameters) {
        return parameters.stream()
                .map(parameter -> parameter.path("name").asString())
                .toList();
    }

    private static Set<ProblemCode> codes(JsonNode response) {
        Set<ProblemCode> codes = EnumSet.noneOf(ProblemCode.class);
        response.path("content")
                .path(PROBLEM_JSON)
                .at("/schema/allOf/1/properties/code/enum")
                .forEach(code -> codes.add(CODES.get(code.asString())));
        return codes;
    }

    /** The violations of a schema that stands in an operation: its parts refer to components. */
    private static List<String> faults(JsonNode schema, JsonNode example) {
        ObjectNode holder = JsonNodeFactory.instance.objectNode();
        holder.set("components", DOCUMENT.path("components"));
        holder.set("schema", schema);
        return new ApiContract(holder.toString()).faults("/schema", example);
    }
}
