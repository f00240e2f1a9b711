package dev.jangbu.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.config.EnableWebFlux;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import reactor.netty.DisposableServer;
import tools.jackson.databind.json.JsonMapper;

/** The edge in front of somebody who answers: what goes there, and what comes back. */
final class WalletAndLedgerProxyTest {

    /** An answer that the one behind gives. */
    private record Given(int status, String type, byte[] body, Map<String, String> headers) {}

    private final Map<String, Given> answers = new ConcurrentHashMap<>();
    private final Map<String, Headers> asked = new ConcurrentHashMap<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private HttpServer behind;
    private AnnotationConfigApplicationContext context;
    private DisposableServer edge;

    @EnableWebFlux
    static class WebFlux {}

    @BeforeEach
    void start() throws IOException {
        behind = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        behind.createContext("/", exchange -> {
            String resource = exchange.getRequestURI().toString();
            asked.put(resource, exchange.getRequestHeaders());
            Given given = answers.getOrDefault(
                    resource,
                    new Given(404, "application/problem+json", "{}".getBytes(StandardCharsets.UTF_8), Map.of()));
            given.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.getResponseHeaders().set("Content-Type", given.type());
            exchange.sendResponseHeaders(given.status(), given.body().length);
            exchange.getResponseBody().write(given.body());
            exchange.close();
        });
        behind.start();
        URI there = URI.create("http://127.0.0.1:" + behind.getAddress().getPort());
        context = new AnnotationConfigApplicationContext();
        context.register(WebFlux.class);
        context.registerBean(ProblemHandler.class, () -> new ProblemHandler(new JsonMapper()));
        context.registerBean(
                WalletAndLedgerProxy.class, () -> new WalletAndLedgerProxy(WebClient.builder(), there, there));
        context.refresh();
        edge = reactor.netty.http.server.HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle(new ReactorHttpHandlerAdapter(
                        WebHttpHandlerBuilder.applicationContext(context).build()))
                .bindNow();
    }

    @AfterEach
    void stop() {
        edge.disposeNow();
        context.close();
        behind.stop(0);
        http.close();
    }

    @Test
    void eachReadGoesToItsPlaceWithItsQuestion() throws Exception {
        Map<String, String> places = Map.of(
                "/v1/wallets/seller-a?currency=KRW", "/wallets/seller-a?currency=KRW",
                "/v1/wallets/seller-a/entries?currency=KRW&limit=5", "/wallets/seller-a/entries?currency=KRW&limit=5",
                "/v1/ledger/accounts?cursor=abc", "/ledger/accounts?cursor=abc",
                "/v1/ledger/accounts/seller:a:payable?currency=KRW&at=2026-01-31T00:00:00%2B09:00",
                        "/ledger/accounts/seller:a:payable?currency=KRW&at=2026-01-31T00:00:00%2B09:00",
                "/v1/ledger/accounts/platform%3Afees/lines?currency=KRW",
                        "/ledger/accounts/platform:fees/lines?currency=KRW",
                "/v1/ledger/journals/0199d1f2-0000-7000-8000-000000000000",
                        "/ledger/journals/0199d1f2-0000-7000-8000-000000000000",
                "/v1/ledger/trial-balance", "/ledger/trial-balance");
        for (Map.Entry<String, String> place : places.entrySet()) {
            answers.put(place.getValue(), json(200, "{\"of\":\"" + place.getValue() + "\"}", Map.of()));

            HttpResponse<String> answer = get(place.getKey());

            assertThat(answer.body()).as(place.getKey()).contains(place.getValue());
            assertThat(answer.statusCode()).isEqualTo(200);
            Headers headers = asked.get(place.getValue());
            assertThat(headers.getFirst("X-Forwarded-Prefix")).isEqualTo("/v1");
            assertThat(headers.getFirst("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
            assertThat(headers.getFirst("Authorization")).isNull();
        }
    }

    @Test
    void pagesAndProblemsComeBackAsTheyAre() throws Exception {
        answers.put(
                "/ledger/accounts",
                json(200, "{}", Map.of("Link", "</v1/ledger/accounts?cursor=x>; rel=\"next\"", "X-Internal", "no")));
        answers.put(
                "/ledger/trial-balance",
                new Given(
                        503,
                        "application/problem+json",
                        "{\"code\":\"unavailable\"}".getBytes(StandardCharsets.UTF_8),
                        Map.of("Retry-After", "2")));

        HttpResponse<String> page = get("/v1/ledger/accounts");
        HttpResponse<String> problem = get("/v1/ledger/trial-balance");

        assertThat(page.headers().firstValue("Link")).hasValue("</v1/ledger/accounts?cursor=x>; rel=\"next\"");
        assertThat(page.headers().firstValue("X-Internal")).isEmpty();
        assertThat(problem.statusCode()).isEqualTo(503);
        assertThat(problem.headers().firstValue("Retry-After")).hasValue("2");
        assertThat(problem.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(problem.body()).contains("unavailable");
    }

    @Test
    void aLargeAnswerPassesThrough() throws Exception {
        String large = "{\"accounts\":\"" + "x".repeat(3 << 20) + "\"}";
        answers.put("/ledger/trial-balance", json(200, large, Map.of()));

        assertThat(get("/v1/ledger/trial-balance").body()).isEqualTo(large);
    }

    @Test
    void whatIsNoNameOfAnythingIsNotPassedOn() throws Exception {
        for (String path : new String[] {
            "/v1/ledger/accounts/..%2Fjournals?currency=KRW",
            "/v1/ledger/accounts/a%3Fb?currency=KRW",
            "/v1/ledger/journals/a%20b",
            "/v1/ledger/accounts/%2e%2e/lines"
        }) {
            HttpResponse<String> answer = get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(answer.body()).contains("not-found");
        }
        assertThat(get("/v1/wallets/a%20b/entries?currency=KRW").statusCode()).isEqualTo(422);
        assertThat(asked).isEmpty();
    }

    @Test
    void whoeverIsAwayIsUnavailable() throws Exception {
        behind.stop(0);

        HttpResponse<String> answer = get("/v1/ledger/accounts");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(answer.body()).contains("The ledger can't be reached");
    }

    private static Given json(int status, String body, Map<String, String> headers) {
        return new Given(status, "application/json", body.getBytes(StandardCharsets.UTF_8), headers);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + edge.port() + path))
                        .header("Authorization", "Bearer secret")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
