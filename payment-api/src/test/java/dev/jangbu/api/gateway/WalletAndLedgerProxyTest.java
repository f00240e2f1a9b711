package dev.jangbu.api.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import dev.jangbu.api.http.ErrorHandling;
import dev.jangbu.testsupport.TestHttpClient;
import dev.jangbu.testsupport.TestHttpClient.Response;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
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
import org.springframework.web.server.WebExceptionHandler;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import reactor.netty.DisposableServer;

/** Requests that the proxy forwards to a stub service, and responses that it passes back. */
final class WalletAndLedgerProxyTest {

    /** A response of the stub service. */
    private record StubResponse(int status, String type, byte[] body, Map<String, String> headers) {}

    private final Map<String, StubResponse> stubResponses = new ConcurrentHashMap<>();
    private final Map<String, Headers> receivedHeaders = new ConcurrentHashMap<>();
    private HttpServer stubService;
    private AnnotationConfigApplicationContext context;
    private DisposableServer proxy;

    @EnableWebFlux
    static class WebFlux {}

    @BeforeEach
    void start() throws IOException {
        stubService = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        stubService.createContext("/", exchange -> {
            String resource = exchange.getRequestURI().toString();
            receivedHeaders.put(resource, exchange.getRequestHeaders());
            StubResponse stubbed = stubResponses.getOrDefault(
                    resource,
                    new StubResponse(404, "application/problem+json", "{}".getBytes(StandardCharsets.UTF_8), Map.of()));
            stubbed.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.getResponseHeaders().set("Content-Type", stubbed.type());
            exchange.sendResponseHeaders(stubbed.status(), stubbed.body().length);
            exchange.getResponseBody().write(stubbed.body());
            exchange.close();
        });
        stubService.start();
        URI stubUrl = URI.create("http://127.0.0.1:" + stubService.getAddress().getPort());
        context = new AnnotationConfigApplicationContext();
        context.register(WebFlux.class);
        context.registerBean(WebExceptionHandler.class, ErrorHandling::handler);
        context.registerBean(
                WalletAndLedgerProxy.class, () -> new WalletAndLedgerProxy(WebClient.builder(), stubUrl, stubUrl));
        context.refresh();
        proxy = reactor.netty.http.server.HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle(new ReactorHttpHandlerAdapter(
                        WebHttpHandlerBuilder.applicationContext(context).build()))
                .bindNow();
    }

    @AfterEach
    void stop() {
        proxy.disposeNow();
        context.close();
        stubService.stop(0);
    }

    @Test
    void readsAreForwardedWithTheirQuery() throws Exception {
        Map<String, String> targets = Map.of(
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
        for (Map.Entry<String, String> target : targets.entrySet()) {
            stubResponses.put(target.getValue(), json(200, "{\"of\":\"" + target.getValue() + "\"}", Map.of()));

            Response response = get(target.getKey());

            assertThat(response.body()).as(target.getKey()).contains(target.getValue());
            assertThat(response.status()).isEqualTo(200);
            Headers headers = receivedHeaders.get(target.getValue());
            assertThat(headers.getFirst("X-Forwarded-Prefix")).isEqualTo("/v1");
            assertThat(headers.getFirst("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
            assertThat(headers.getFirst("Authorization")).isNull();
        }
    }

    @Test
    void pagesAndProblemsArePassedBackUnchanged() throws Exception {
        stubResponses.put(
                "/ledger/accounts",
                json(200, "{}", Map.of("Link", "</v1/ledger/accounts?cursor=x>; rel=\"next\"", "X-Internal", "no")));
        stubResponses.put(
                "/ledger/trial-balance",
                new StubResponse(
                        503,
                        "application/problem+json",
                        "{\"code\":\"unavailable\"}".getBytes(StandardCharsets.UTF_8),
                        Map.of("Retry-After", "2")));

        Response page = get("/v1/ledger/accounts");
        Response problem = get("/v1/ledger/trial-balance");

        assertThat(page.header("Link")).hasValue("</v1/ledger/accounts?cursor=x>; rel=\"next\"");
        assertThat(page.header("X-Internal")).isEmpty();
        assertThat(problem.status()).isEqualTo(503);
        assertThat(problem.header("Retry-After")).hasValue("2");
        assertThat(problem.header("Content-Type")).hasValue("application/problem+json");
        assertThat(problem.body()).contains("unavailable");
    }

    @Test
    void largeResponsesArePassedBack() throws Exception {
        String large = "{\"accounts\":\"" + "x".repeat(3 << 20) + "\"}";
        stubResponses.put("/ledger/trial-balance", json(200, large, Map.of()));

        assertThat(get("/v1/ledger/trial-balance").body()).isEqualTo(large);
    }

    @Test
    void invalidPathSegmentsAreNotForwarded() throws Exception {
        for (String path : new String[] {
            "/v1/ledger/accounts/..%2Fjournals?currency=KRW",
            "/v1/ledger/accounts/a%3Fb?currency=KRW",
            "/v1/ledger/journals/a%20b",
            "/v1/ledger/accounts/%2e%2e/lines"
        }) {
            Response response = get(path);
            assertThat(response.status()).as(path).isEqualTo(404);
            assertThat(response.body()).contains("not-found");
        }
        assertThat(get("/v1/wallets/a%20b/entries?currency=KRW").status()).isEqualTo(422);
        assertThat(receivedHeaders).isEmpty();
    }

    @Test
    void anUnreachableServiceIsReportedAsUnavailable() throws Exception {
        stubService.stop(0);

        Response response = get("/v1/ledger/accounts");

        assertThat(response.status()).isEqualTo(503);
        assertThat(response.header("Retry-After")).isPresent();
        assertThat(response.body()).contains("The ledger can't be reached");
    }

    private static StubResponse json(int status, String body, Map<String, String> headers) {
        return new StubResponse(status, "application/json", body.getBytes(StandardCharsets.UTF_8), headers);
    }

    private Response get(String path) {
        return TestHttpClient.of(proxy.port()).get(path, "Authorization", "Bearer secret");
    }
}
