package dev.jangbu.api.openapi;

import dev.jangbu.api.http.Problem;
import dev.jangbu.contract.ProblemCode;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Generates the problem responses of an operation: one for each status, with its codes. */
final class ProblemResponses {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private static final Set<ProblemCode> COMMON = EnumSet.of(
            ProblemCode.MALFORMED_REQUEST,
            ProblemCode.UNAUTHORIZED,
            ProblemCode.FORBIDDEN,
            ProblemCode.URI_TOO_LONG,
            ProblemCode.TOO_MANY_REQUESTS,
            ProblemCode.HEADERS_TOO_LARGE,
            ProblemCode.INTERNAL,
            ProblemCode.UNAVAILABLE);

    private static final Set<ProblemCode> COMMON_TO_POST = EnumSet.of(
            ProblemCode.IDEMPOTENCY_KEY_MISSING,
            ProblemCode.IDEMPOTENCY_KEY_IN_USE,
            ProblemCode.IDEMPOTENCY_KEY_REUSED,
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
            ProblemCode.OUTCOME_NOT_RECORDED);

    /** Stored under the call's Idempotency-Key and replayed. */
    private static final Set<ProblemCode> REPLAYED = EnumSet.of(
            ProblemCode.PAYMENT_DECLINED,
            ProblemCode.REFUND_REFUSED,
            ProblemCode.AMOUNT_MISMATCH,
            ProblemCode.REFUND_EXCEEDS_PAYMENT,
            // For the lines of a refund, which are validated against the locked payment.
            ProblemCode.INVALID_FIELD);

    private ProblemResponses() {}

    /** @param specific codes of this operation in addition to the common ones, in the form used in problems */
    static Set<ProblemCode> of(HttpMethod method, Iterable<String> specific) {
        Set<ProblemCode> codes = EnumSet.copyOf(COMMON);
        if (HttpMethod.POST.equals(method)) {
            codes.addAll(COMMON_TO_POST);
        }
        specific.forEach(text -> codes.add(code(text)));
        return codes;
    }

    /** Generates the responses, by status. */
    static Map<String, ObjectNode> responses(JsonMapper json, Set<ProblemCode> codes, String instance) {
        Map<Integer, Set<ProblemCode>> byStatus =
                codes.stream().collect(Collectors.groupingBy(ProblemCode::status, TreeMap::new, Collectors.toSet()));
        Map<String, ObjectNode> responses = new TreeMap<>();
        byStatus.forEach(
                (status, of) -> responses.put(Integer.toString(status), response(json, EnumSet.copyOf(of), instance)));
        return responses;
    }

    /** The schema of all problems: the members of RFC 9457, {@code code}, and the members of particular codes. */
    static ObjectNode schema() {
        ObjectNode problem = JSON.objectNode().put("type", "object").put("additionalProperties", false);
        ObjectNode members = problem.putObject("properties");
        members.putObject("type").put("type", "string").put("format", "uri");
        members.putObject("title").put("type", "string");
        members.putObject("status").put("type", "integer").put("minimum", 400);
        members.putObject("detail").put("type", "string");
        members.putObject("instance").put("type", "string").put("format", "uri-reference");
        ArrayNode codes = members.putObject("code").put("type", "string").putArray("enum");
        Arrays.stream(ProblemCode.values())
                // Responses of the ledger are requested as JSON, so it never refuses to answer in JSON.
                .filter(code -> code != ProblemCode.NOT_ACCEPTABLE)
                .map(ProblemCode::text)
                .forEach(codes::add);
        ArrayNode required = JSON.arrayNode();
        members.propertyNames().forEach(required::add);
        problem.set("required", required);
        ObjectNode error = members.putObject("errors").put("type", "array").putObject("items");
        error.put("type", "object").put("additionalProperties", false);
        error.putArray("required").add("field").add("detail");
        ObjectNode parts = error.putObject("properties");
        parts.putObject("field").put("type", "string");
        parts.putObject("detail").put("type", "string");
        members.putObject("pspCode").put("type", "string");
        members.putObject("paymentId").put("type", "string").put("format", "uuid");
        members.putObject("refundId").put("type", "string").put("format", "uuid");
        members.putObject("version").put("type", "integer").put("format", "int64");
        members.putObject("traceId").put("type", "string");
        return problem;
    }

    private static ObjectNode response(JsonMapper json, Set<ProblemCode> codes, String instance) {
        ObjectNode response = JSON.objectNode()
                .put(
                        "description",
                        codes.stream()
                                .map(code -> "`" + code.text() + "`: " + code.title())
                                .collect(Collectors.joining("\n\n")));
        if (codes.stream().anyMatch(RETRYABLE::contains)) {
            response.putObject("headers").set(HttpHeaders.RETRY_AFTER, header(HttpHeaders.RETRY_AFTER));
        }
        if (codes.stream().anyMatch(REPLAYED::contains)) {
            response.withObjectProperty("headers").set("Idempotency-Replayed", header("Idempotency-Replayed"));
        }
        if (codes.contains(ProblemCode.UNAUTHORIZED)) {
            response.putObject("headers").set(HttpHeaders.WWW_AUTHENTICATE, header(HttpHeaders.WWW_AUTHENTICATE));
        }
        ObjectNode content = response.putObject("content").putObject("application/problem+json");
        ArrayNode both = content.putObject("schema").putArray("allOf");
        both.add(RecordSchemas.reference("Problem"));
        ArrayNode these =
                both.addObject().putObject("properties").putObject("code").putArray("enum");
        ObjectNode examples = content.putObject("examples");
        for (ProblemCode code : codes) {
            these.add(code.text());
            examples.putObject(code.text())
                    .set("value", json.valueToTree(example(code).body(instance)));
        }
        return response;
    }

    private static Problem example(ProblemCode code) {
        return code == ProblemCode.INVALID_FIELD
                ? Problem.invalid("amount", "must be an integer above 0, in minor units")
                : new Problem(code, code.title());
    }

    private static ObjectNode header(String name) {
        return JSON.objectNode().put("$ref", "#/components/headers/" + name);
    }

    private static ProblemCode code(String text) {
        return Arrays.stream(ProblemCode.values())
                .filter(code -> code.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("There is no problem code " + text));
    }
}
