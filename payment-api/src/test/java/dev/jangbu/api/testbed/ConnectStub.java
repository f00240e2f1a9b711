package dev.jangbu.api.testbed;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Kafka Connect's REST interface: records the requests, and answers with offsets that a test sets. */
public final class ConnectStub implements AutoCloseable {

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile long storedLsn;

    public ConnectStub() {
        try {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", exchange -> {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            byte[] body = """
                    {"offsets":[{"partition":{"server":"jangbu"},"offset":{"lsn":%d}}]}""".formatted(storedLsn).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(exchange.getRequestMethod().equals("GET") ? 200 : 202, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** The requests so far, for instance {@code PUT /connectors/outbox/stop}. */
    public List<String> requests() {
        return requests;
    }

    /** Sets the WAL position that the connector has stored, in bytes since 0/0. */
    public void storeLsn(long lsn) {
        storedLsn = lsn;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
