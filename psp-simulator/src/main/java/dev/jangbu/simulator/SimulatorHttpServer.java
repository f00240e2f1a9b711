package dev.jangbu.simulator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The JDK's HTTP server with one virtual thread per call. Held connections are limited in time and number. */
final class SimulatorHttpServer implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(SimulatorHttpServer.class);
    private static final int BODY_LIMIT = 64 * 1024;
    private static final int HELD_LIMIT = 1_000;

    static {
        // Read once, when the server's classes load. The defaults delay each small response by 40 ms (Nagle's algorithm
        // and delayed acknowledgements) and close idle connections that clients still pool.
        Map.of(
                        "sun.net.httpserver.nodelay", "true",
                        "sun.net.httpserver.maxIdleConnections", "2000",
                        "sun.net.httpserver.idleInterval", "300",
                        "jdk.httpserver.maxConnections", "4000")
                .forEach((name, value) -> System.setProperty(name, System.getProperty(name, value)));
    }

    private final HttpServer server;
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore holds = new Semaphore(HELD_LIMIT);
    private final Function<HttpCall, HttpReply> handler;
    private final Duration hold;

    /**
     * @param address the listen address; port 0 for a free one
     * @param hold how long a connection without a response stays open
     * @throws IOException if the port is taken
     */
    SimulatorHttpServer(InetSocketAddress address, Duration hold, Function<HttpCall, HttpReply> handler)
            throws IOException {
        this.handler = handler;
        this.hold = hold;
        server = HttpServer.create(address, 1024);
        server.setExecutor(calls);
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        calls.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try {
            switch (reply(exchange)) {
                case HttpReply.Sent sent -> send(exchange, sent);
                case HttpReply.Held held -> hold();
                case HttpReply.Dropped dropped -> {}
            }
        } finally {
            // Closes the connection if no response was sent; otherwise keeps it for the next request.
            exchange.close();
        }
    }

    private HttpReply reply(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(BODY_LIMIT + 1);
        try {
            if (body.length > BODY_LIMIT) {
                return HttpReply.invalid(413, "the body is too large");
            }
            return handler.apply(new HttpCall(
                    exchange.getRequestMethod(),
                    HttpCall.segments(exchange.getRequestURI().getRawPath()),
                    HttpCall.parameters(exchange.getRequestURI().getRawQuery()),
                    exchange.getRequestHeaders().getFirst("Authorization"),
                    exchange.getRequestHeaders().getFirst("Idempotency-Key"),
                    exchange.getRequestHeaders().getFirst(Currency.HEADER),
                    body));
        } catch (InvalidRequestException e) {
            return HttpReply.invalid(String.valueOf(e.getMessage()));
        } catch (StoreFailedException e) {
            return HttpReply.error(TossError.FAILED_INTERNAL_SYSTEM_PROCESSING);
        } catch (RuntimeException e) {
            log.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
            return HttpReply.error(TossError.FAILED_INTERNAL_SYSTEM_PROCESSING);
        }
    }

    private static void send(HttpExchange exchange, HttpReply.Sent sent) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", sent.contentType());
        exchange.sendResponseHeaders(sent.status(), sent.body().length);
        exchange.getResponseBody().write(sent.body());
    }

    private void hold() {
        if (!holds.tryAcquire()) {
            return;
        }
        try {
            Thread.sleep(hold);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            holds.release();
        }
    }
}
