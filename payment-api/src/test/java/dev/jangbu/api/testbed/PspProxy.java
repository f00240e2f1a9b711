package dev.jangbu.api.testbed;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
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
 * The wire between the service and the PSP, in a test's hands: it carries every call to the simulator and back, keeps a
 * list of them, and can be cut or stopped for the calls that mention a text, such as a payment key.
 */
public final class PspProxy {

    /** Long enough for a slow machine, short enough for a test that forgot to let go. */
    private static final long HOLD_MAX_SECONDS = 20;

    private final HttpServer server;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    private final URI simulator;
    private final Map<String, Rule> rules = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Call> calls = new ConcurrentLinkedQueue<>();

    /**
     * A call that the service made.
     *
     * @param idempotencyKey the PSP's own key, or empty
     */
    public record Call(String method, String path, String idempotencyKey, String body) {

        /** Whether it would move money. */
        public boolean moves() {
            return method.equals("POST");
        }

        boolean mentions(String text) {
            return path.contains(text) || body.contains(text);
        }
    }

    private sealed interface Rule {
        record Cut() implements Rule {}

        record Stop(Hold hold, boolean afterwards, AtomicInteger room) implements Rule {

            /** Whether this call is to stand; of those that only the first few do. */
            boolean stops(boolean after) {
                return afterwards == after && room.getAndDecrement() > 0;
            }
        }

        record Count(AtomicInteger now, AtomicInteger most) implements Rule {}
    }

    /** Calls that stand still until they are let go. */
    public static final class Hold {
        private final CountDownLatch arrived = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        /** Returns when the first of the calls stands still. */
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

        private void stand() throws InterruptedException {
            arrived.countDown();
            if (!released.await(HOLD_MAX_SECONDS, TimeUnit.SECONDS)) {
                released.countDown();
            }
        }
    }

    PspProxy(URI simulator) {
        this.simulator = simulator;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    /** What the service is told is the PSP. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Calls that mention the text stand still before they reach the PSP. */
    public Hold holdBefore(String text) {
        return hold(text, false, Integer.MAX_VALUE);
    }

    /** Calls that mention the text reach the PSP, which does its work, and whose answers stand still. */
    public Hold holdAfter(String text) {
        return hold(text, true, Integer.MAX_VALUE);
    }

    /** The first call alone that mentions the text stands still, when the PSP has done its work. */
    public Hold holdFirstAfter(String text) {
        return hold(text, true, 1);
    }

    private Hold hold(String text, boolean afterwards, int calls) {
        Hold hold = new Hold();
        rules.put(text, new Rule.Stop(hold, afterwards, new AtomicInteger(calls)));
        return hold;
    }

    /** Calls that mention the text don't reach the PSP, and get a 502 that says nothing, until it is mended. */
    public void cut(String text) {
        rules.put(text, new Rule.Cut());
    }

    /** From now on, how many calls that mention the text are under way at once is watched. */
    public void watch(String text) {
        rules.put(text, new Rule.Count(new AtomicInteger(), new AtomicInteger()));
    }

    /** The most calls that were under way at once since {@link #watch}. */
    public int mostAtOnce(String text) {
        if (rules.get(text) instanceof Rule.Count count) {
            return count.most().get();
        }
        throw new IllegalStateException("Nobody watches " + text);
    }

    /** Ends what was asked for the text; calls that stand still go on. */
    public void mend(String text) {
        if (rules.remove(text) instanceof Rule.Stop stop) {
            stop.hold().release();
        }
    }

    /** The calls that mention the text, in the order of their arrival, those that were cut too. */
    public List<Call> calls(String text) {
        return calls.stream().filter(call -> call.mentions(text)).toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Call call = read(exchange);
            calls.add(call);
            List<Rule> mine = new ArrayList<>();
            rules.forEach((text, rule) -> {
                if (call.mentions(text)) {
                    mine.add(rule);
                }
            });
            mine.forEach(rule -> enter(rule));
            try {
                pass(exchange, call, mine);
            } finally {
                mine.forEach(rule -> leave(rule));
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
            if (rule instanceof Rule.Stop stop && stop.stops(false)) {
                stop.hold().stand();
            }
        }
        HttpResponse<byte[]> answer = http.send(request(exchange, call), BodyHandlers.ofByteArray());
        for (Rule rule : rules) {
            if (rule instanceof Rule.Stop stop && stop.stops(true)) {
                stop.hold().stand();
            }
        }
        answer.headers().firstValue("Content-Type").ifPresent(type -> exchange.getResponseHeaders()
                .set("Content-Type", type));
        exchange.sendResponseHeaders(answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
        exchange.getResponseBody().write(answer.body());
    }

    private HttpRequest request(HttpExchange exchange, Call call) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(simulator + call.path()))
                .method(call.method(), BodyPublishers.ofString(call.body()));
        for (String name : List.of("Authorization", "Content-Type", "Idempotency-Key")) {
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
            int now = count.now().incrementAndGet();
            count.most().accumulateAndGet(now, Math::max);
        }
    }

    private static void leave(Rule rule) {
        if (rule instanceof Rule.Count count) {
            count.now().decrementAndGet();
        }
    }
}
