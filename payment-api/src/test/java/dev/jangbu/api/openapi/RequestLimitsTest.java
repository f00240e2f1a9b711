package dev.jangbu.api.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.ApiContract;
import dev.jangbu.api.testbed.ApiContract.Operation;
import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.Testbed;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The limits of the request schemas against the validation of the service: each limit is violated by one. */
class RequestLimitsTest {

    private static final ApiContract CONTRACT = ApiContract.committed();
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    @Test
    void everyLimitOfARequestSchemaIsEnforced() {
        Client client = Testbed.client();
        List<String> accepted = new ArrayList<>();
        int checked = 0;
        for (Operation operation : CONTRACT.operations()) {
            JsonNode reference = operation.node().at("/requestBody/content/application~1json/schema");
            JsonNode schema = CONTRACT.resolved(reference);
            for (JsonNode example : schema.path("examples")) {
                String path = operation
                        .path()
                        .substring("/v1".length())
                        .replace("{id}", UUID.randomUUID().toString())
                        .replace("{sellerId}", "seller-limits");
                List<Violation> violations = new ArrayList<>();
                violate(schema, example, "", violations);
                for (Violation violation : violations) {
                    ObjectNode body = (ObjectNode) example.deepCopy();
                    violation.apply(body);
                    Reply reply = client.post(path, JsonMapper.shared().writeValueAsString(body));
                    checked++;
                    if (reply.status() != 422) {
                        accepted.add(operation + ": " + violation + ": " + reply);
                    }
                }
            }
        }

        assertThat(accepted).isEmpty();
        assertThat(checked).isGreaterThan(50);
    }

    /**
     * A change of a valid body that violates one limit.
     *
     * @param pointer to the object that has the member
     * @param value null: the member is removed
     */
    private record Violation(String pointer, String member, JsonNode value) {

        void apply(ObjectNode body) {
            ObjectNode object = (ObjectNode) body.at(pointer);
            if (value == null) {
                object.remove(member);
            } else {
                object.set(member, value);
            }
        }
    }

    private static void violate(JsonNode schema, JsonNode example, String pointer, List<Violation> violations) {
        schema.path("required").forEach(member -> violations.add(new Violation(pointer, member.asString(), null)));
        schema.path("properties").forEachEntry((member, described) -> {
            JsonNode limits = CONTRACT.resolved(described);
            for (JsonNode value : beyond(limits, example.path(member))) {
                violations.add(new Violation(pointer, member, value));
            }
            JsonNode items = CONTRACT.resolved(limits.path("items"));
            for (int i = 0; i < example.path(member).size() && items.has("properties"); i++) {
                violate(items, example.path(member).path(i), pointer + "/" + member + "/" + i, violations);
            }
        });
    }

    /** Values beyond each limit of a schema. */
    private static List<JsonNode> beyond(JsonNode schema, JsonNode example) {
        List<JsonNode> values = new ArrayList<>();
        if (schema.has("minimum")) {
            values.add(JSON.numberNode(schema.path("minimum").asLong() - 1));
        }
        if (schema.has("maximum")) {
            values.add(JSON.numberNode(schema.path("maximum").asLong() + 1));
        }
        if (schema.path("minLength").asInt(0) > 0) {
            values.add(JSON.stringNode(""));
        }
        if (schema.has("maxLength")) {
            values.add(JSON.stringNode("a".repeat(schema.path("maxLength").asInt() + 1)));
        }
        if (schema.has("pattern")
                || schema.has("enum")
                || schema.path("format").asString("").equals("date-time")) {
            values.add(JSON.stringNode("no such value"));
        }
        if (schema.path("minItems").asInt(0) > 0) {
            values.add(JSON.arrayNode());
        }
        if (schema.has("maxItems")) {
            ArrayNode many = JSON.arrayNode();
            for (int i = 0; i <= schema.path("maxItems").asInt(); i++) {
                many.add(example.path(0));
            }
            values.add(many);
        }
        if (schema.path("uniqueItems").asBoolean(false)) {
            values.add(JSON.arrayNode().add(example.path(0)).add(example.path(0)));
        }
        if (schema.path("items").has("$ref")
                && CONTRACT.resolved(schema.path("items")).has("enum")) {
            values.add(JSON.arrayNode().add("no such value"));
        }
        if (schema.has("maxProperties")) {
            ObjectNode many = JSON.objectNode();
            for (int i = 0; i <= schema.path("maxProperties").asInt(); i++) {
                many.put("key" + i, "value");
            }
            values.add(many);
            values.add(JSON.objectNode()
                    .put("k".repeat(schema.at("/propertyNames/maxLength").asInt() + 1), "value"));
            values.add(JSON.objectNode()
                    .put(
                            "key",
                            "v"
                                    .repeat(schema.at("/additionalProperties/maxLength")
                                                    .asInt()
                                            + 1)));
        }
        return values;
    }
}
