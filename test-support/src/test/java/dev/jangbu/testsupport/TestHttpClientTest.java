package dev.jangbu.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TestHttpClientTest {

    private static HttpServer server;
    private static TestHttpClient client;

    @BeforeAll
    static void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", TestHttpClientTest::echo);
        server.start();
        client = TestHttpClient.of(server.getAddress().getPort()).withHeader("Authorization", "Bearer default");
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    @Test
    void aPostCarriesBodyAndHeaders() {
        TestHttpClient.Response response = client.post("/orders?a=b", "{}", "X-One", "1");

        assertThat(response.status()).isEqualTo(202);
        assertThat(response.header("echo")).contains("yes");
        assertThat(response.body()).isEqualTo("POST /orders?a=b [application/json] [1] [Bearer default] {}");
    }

    @Test
    void aHeaderOfTheRequestReplacesTheDefault() {
        assertThat(client.get("/", "authorization", "Basic x").body()).contains("[Basic x]");
    }

    @Test
    void anAsynchronousRequestHasTheSameResponse() {
        assertThat(client.sendAsync("PUT", "/", "text").join().body())
                .startsWith("PUT / ")
                .endsWith(" text");
    }

    @Test
    void aRefusedConnectionIsAnUncheckedIoException() {
        TestHttpClient unused = TestHttpClient.of(FreePorts.next());

        assertThatThrownBy(() -> unused.get("/")).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void rawBytesAreSentAsTheyAre() throws IOException {
        RawHttp.Response response = RawHttp.send(
                client.base().getPort(), "PATCH /raw HTTP/1.1\nHost: x\nContent-Length: 1\n\n", new byte[] {'b'});

        assertThat(response.status()).isEqualTo(202);
        assertThat(response.headers()).containsEntry("echo", "yes");
        assertThat(response.body()).startsWith("PATCH /raw ").endsWith(" b");
    }

    private static void echo(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String echo = "%s %s %s %s %s %s"
                    .formatted(
                            exchange.getRequestMethod(),
                            exchange.getRequestURI(),
                            exchange.getRequestHeaders().get("Content-Type"),
                            exchange.getRequestHeaders().get("X-One"),
                            exchange.getRequestHeaders().get("Authorization"),
                            body);
            byte[] bytes = echo.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Echo", "yes");
            exchange.sendResponseHeaders(202, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
