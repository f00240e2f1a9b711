package dev.jangbu.api.testbed;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.jangbu.testsupport.TestHttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A proxy between the service and the PSP simulator. It records all calls, and can fail, hold or answer the calls that
 * contain a text, such as a payment key.
 */
public final class PspProxy {

    /** Limit of a hold, for a test that doesn't release it, and of the wait for its first call. */
    private static final long HOLD_MAX_SECONDS = 60;

    private final HttpServer server;
    private final TestHttpClient simulator;
    private final Map<String, Rule> rules = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Call> calls = new ConcurrentLinkedQueue<>();

    /**
     * A call of the service.
     *
     * @param idempotencyKey the key of the operation at the PSP, or empty
     */
    public record Call(String method, String path, String idempotencyKey, String body) {

        /** Whether the call can move money. */
        public boolean movesMoney() {
            return method.equals("POST");
        }

        boolean contains(String text) {
            return path.contains(text) || body.contains(text);
        }
    }

    private sealed interface Rule {
        record Cut() implements Rule {}

        record Response(int status, String body) implements Rule {}

        record Stop(Hold hold, boolean afterResponse, AtomicInteger remaining) implements Rule {

            /** Whether to hold this call; only the first calls are held. */
            boolean holds(boolean after) {
                return afterResponse == after && remaining.getAndDecrement() > 0;
            }
        }

        record Count(AtomicInteger current, AtomicInteger max) implements Rule {}
    }

    /** Calls that are held until their release. */
    public static final class Hold {
        private final CountDownLatch arrived = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        /** Waits until the first of the calls is held. */
        public void awaitArrival() {
            try {
                if (!arrived.await(HOLD_MAX_SECONDS, TimeUnit.SECONDS)) {
                    throw new AssertionError("No call arrived at the PSP");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        public void release() {
            released.countDown();
        }

        private void block() throws InterruptedException {
            arrived.countDown();
            if (!released.await(HOLD_MAX_SECONDS, TimeUnit.SECONDS)) {
                released.countDown();
            }
        }
    }

    PspProxy(URI simulator) {
        this.simulator = new TestHttpClient(simulator);
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    /** The PSP's address in the service's settings. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Holds calls that contain the text before they reach the PSP. */
    public Hold holdBefore(String text) {
        return hold(text, false, Integer.MAX_VALUE);
    }

    /** Holds the responses to calls that contain the text, after the PSP has processed them. */
    public Hold holdAfter(String text) {
        return hold(text, true, Integer.MAX_VALUE);
    }

    /** Holds the response to the first call that contains the text, after the PSP has processed it. */
    public Hold holdFirstAfter(String text) {
        return hold(text, true, 1);
    }

    private Hold hold(String text, boolean afterResponse, int calls) {
        Hold hold = new Hold();
        rules.put(text, new Rule.Stop(hold, afterResponse, new AtomicInteger(calls)));
        return hold;
    }

    /** Answers calls that contain the text with an empty 502, without the PSP, until {@link #restore}. */
    public void cut(String text) {
        rules.put(text, new Rule.Cut());
    }

    /** Answers calls that contain the text with a JSON body, without the PSP, until {@link #restore}. */
    public void answer(String text, int status, String body) {
        rules.put(text, new Rule.Response(status, body));
    }

    /** Starts to count the concurrent calls that contain the text. */
    public void countConcurrent(String text) {
        rules.put(text, new Rule.Count(new AtomicInteger(), new AtomicInteger()));
    }

    /** The maximum of concurrent calls since {@link #countConcurrent}. */
    public int maxConcurrent(String text) {
        if (rules.get(text) instanceof Rule.Count count) {
            return count.max().get();
        }
        throw new IllegalStateException("Calls are not counted: " + text);
    }

    /** Removes the rule of the text; held calls continue. */
    public void restore(String text) {
        if (rules.remove(text) instanceof Rule.Stop stop) {
            stop.hold().release();
        }
    }

    /** The calls that contain the text, in the order of their arrival, including failed ones. */
    public List<Call> calls(String text) {
        return calls.stream().filter(call -> call.contains(text)).toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Call call = read(exchange);
            calls.add(call);
            List<Rule> matching = new ArrayList<>();
            rules.forEach((text, rule) -> {
                if (call.contains(text)) {
                    matching.add(rule);
                }
            });
            matching.forEach(rule -> enter(rule));
            try {
                pass(exchange, call, matching);
            } finally {
                matching.forEach(rule -> leave(rule));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pass(HttpExchange exchange, Call call, List<Rule> rules) throws IOException, InterruptedException {
        for (Rule rule : rules) {
            if (rule instanceof Rule.Cut) {
                exchange.sendResponseHeaders(502, -1);
                return;
            }
            if (rule instanceof Rule.Response answer) {
                respond(exchange, answer.status(), answer.body());
                return;
            }
            if (rule instanceof Rule.Stop stop && stop.holds(false)) {
                stop.hold().block();
            }
        }
        TestHttpClient.Response answer = simulator.send(request(exchange, call));
        for (Rule rule : rules) {
            if (rule instanceof Rule.Stop stop && stop.holds(true)) {
                stop.hold().block();
            }
        }
        answer.header("Content-Type")
                .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
        respond(exchange, answer.status(), answer.body());
    }

    private static void respond(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private HttpRequest request(HttpExchange exchange, Call call) {
        HttpRequest.Builder request =
                simulator.request(call.path()).method(call.method(), BodyPublishers.ofString(call.body()));
        for (String name : List.of("Authorization", "Content-Type", "Idempotency-Key", "Jangbu-Currency")) {
            String value = exchange.getRequestHeaders().getFirst(name);
            if (value != null) {
                request.header(name, value);
            }
        }
        return request.build();
    }

    private static Call read(HttpExchange exchange) throws IOException {
        String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        return new Call(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                key == null ? "" : key,
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    }

    private static void enter(Rule rule) {
        if (rule instanceof Rule.Count count) {
            int now = count.current().incrementAndGet();
            count.max().accumulateAndGet(now, Math::max);
        }
    }

    private static void leave(Rule rule) {
        if (rule instanceof Rule.Count count) {
            count.current().decrementAndGet();
        }
    }
}
