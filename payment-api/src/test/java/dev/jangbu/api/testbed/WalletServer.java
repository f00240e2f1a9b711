package dev.jangbu.api.testbed;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/** Replaces the streams-processor, from which the service reads wallets. */
public final class WalletServer implements AutoCloseable {

    private final HttpServer server;
    private final Map<String, Long> versions = new ConcurrentHashMap<>();
    private final Map<String, Long> balances = new ConcurrentHashMap<>();
    private final Map<String, Integer> reads = new ConcurrentHashMap<>();
    private final Map<String, Runnable> beforeNextRead = new ConcurrentHashMap<>();
    private volatile boolean restoring;

    public WalletServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/wallets/", this::answer);
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Sets the version of the seller's wallet; it is 0 before. */
    public void version(String seller, long version) {
        versions.put(seller, version);
    }

    /** Sets the balance of the seller's wallet; it is 100,000 before. */
    public void balance(String seller, long balanceMinor) {
        balances.put(seller, balanceMinor);
    }

    /** The number of reads of the seller's wallet. */
    public int reads(String seller) {
        return reads.getOrDefault(seller, 0);
    }

    /** Runs an action between the next read of the seller's wallet and its response. */
    public void beforeNextRead(String seller, Runnable action) {
        beforeNextRead.put(seller, action);
    }

    /** Whether the stores are being restored, so that wallets can't be read. */
    public void restoring(boolean now) {
        restoring = now;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String seller = exchange.getRequestURI().getPath().substring("/wallets/".length());
        reads.merge(seller, 1, Integer::sum);
        Runnable action = beforeNextRead.remove(seller);
        if (action != null) {
            action.run();
        }
        long version = versions.getOrDefault(seller, 0L);
        String body = restoring
                ? "{\"type\":\"urn:jangbu:problem:restoring\",\"title\":\"x\",\"status\":503,\"detail\":\"x\",\"code\":\"restoring\"}"
                : "{\"walletId\":\"%s:KRW\",\"sellerId\":\"%s\",\"currency\":\"KRW\",\"balance\":%d,\"version\":%d,\"updatedAt\":null}"
                        .formatted(seller, seller, balances.getOrDefault(seller, 100_000L), version);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", restoring ? "application/problem+json" : "application/json");
        if (restoring) {
            exchange.getResponseHeaders().set("Retry-After", "2");
        } else {
            exchange.getResponseHeaders().set("ETag", "\"" + version + "\"");
        }
        exchange.sendResponseHeaders(restoring ? 503 : 200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
