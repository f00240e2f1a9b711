package dev.jangbu.api.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.api.testbed.ApiContract;
import dev.jangbu.api.testbed.ApiContract.Operation;
import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.Testbed;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.node.ObjectNode;

/** The document as the running service serves it, against the service's routes and lists. */
class OpenApiControllerTest {

    private static final Reply SERVED = withoutKey("/openapi.json").is(200);
    private static final ApiContract CONTRACT = new ApiContract(SERVED.text());

    @Test
    void theCommittedDocumentIsServedAsJson() {
        assertThat(SERVED.header("Content-Type")).isEqualTo("application/json");
        assertThat(SERVED.header("Cache-Control")).isEqualTo("no-cache");
        assertThat(SERVED.json()).isEqualTo(ApiContract.committed().document());
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

        Set<String> described =
                CONTRACT.operations().stream().map(Operation::toString).collect(Collectors.toCollection(TreeSet::new));

        assertThat(described).isEqualTo(routes).hasSizeGreaterThan(20);
    }

    @Test
    void listsAcceptExactlyTheirDocumentedParameters() {
        Client client = Testbed.client();
        List<Operation> lists = CONTRACT.operations().stream()
                .filter(operation ->
                        operation.node().path("operationId").asString().startsWith("list"))
                // The ledger isn't part of the testbed, and a list of a resource has no filters.
                .filter(operation ->
                        !operation.path().contains("{") && !operation.path().startsWith("/v1/ledger"))
                .toList();
        assertThat(lists).hasSize(4);
        for (Operation list : lists) {
            String query = CONTRACT.parameters(list).stream()
                    .filter(parameter -> parameter.path("in").asString().equals("query") && parameter.has("example"))
                    .map(parameter -> parameter.path("name").asString() + "="
                            + parameter.path("example").asString())
                    .collect(Collectors.joining("&"));
            String call = list.path().substring("/v1".length()) + "?" + query;
            client.get(call + "&limit=1").is(200);
            client.get(call + "&undescribed=1").problem(422, "invalid-field");
        }
    }

    @Test
    void theContractCheckDetectsDeviatingResponses() {
        HttpRequest read = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1/v1/payouts/0199f0e0-5d11-7a02-b6c7-18293a4b5c6d"))
                .build();
        ObjectNode payout = (ObjectNode) CONTRACT.document().at("/components/schemas/Payout/examples/0");
        String valid = payout.toString();
        CONTRACT.check(read, reply(200, "application/json", valid));

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
            assertThatThrownBy(() -> CONTRACT.check(read, wrong)).isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void theContractCheckDetectsAcceptedRequestsThatAreNotDescribed() {
        ObjectNode payout = (ObjectNode) CONTRACT.document().at("/components/examples/RequestedPayout/value");
        Reply accepted = reply(202, "application/json", payout.toString());
        ObjectNode body = (ObjectNode) CONTRACT.document().at("/components/schemas/PayoutRequest/examples/0");
        CONTRACT.check(payout("", body.toString(), "Idempotency-Key"), accepted);

        String missing = body.deepCopy().without("currency").toString();
        String beyondLimit = body.deepCopy().put("amount", 0).toString();
        for (HttpRequest wrong : List.of(
                payout("", missing, "Idempotency-Key"),
                payout("", beyondLimit, "Idempotency-Key"),
                payout("?currency=KRW", body.toString(), "Idempotency-Key"),
                payout("", body.toString(), "If-Match"))) {
            assertThatThrownBy(() -> CONTRACT.check(wrong, accepted)).isInstanceOf(AssertionError.class);
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

    private static HttpRequest payout(String query, String body, String header) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1/v1/wallets/seller-a/payouts" + query))
                .header(header, "1")
                .POST(BodyPublishers.ofString(body))
                .build();
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
