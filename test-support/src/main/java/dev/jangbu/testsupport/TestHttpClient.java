package dev.jangbu.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A blocking HTTP/1.1 client of one server. Headers are passed as names and values in turn. Thread-safe.
 *
 * <p>A connection that fails, or a response that does not come in time, is an {@link UncheckedIOException}.
 */
public final class TestHttpClient {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** Shared: every HttpClient has threads, and a shared one is never closed. */
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();

    private final URI base;
    private final Duration timeout;
    private final Map<String, String> defaultHeaders;

    /** A response whose body is text. */
    public record Response(int status, HttpHeaders headers, String body) {

        /** The first value of a header, its name in any case. */
        public Optional<String> header(String name) {
            return headers.firstValue(name);
        }
    }

    /** @param base of the server; paths are appended to it as they are */
    public TestHttpClient(URI base) {
        this(base, TIMEOUT);
    }

    public TestHttpClient(URI base, Duration timeout) {
        this(base, timeout, Map.of());
    }

    private TestHttpClient(URI base, Duration timeout, Map<String, String> defaultHeaders) {
        this.base = base;
        this.timeout = timeout;
        this.defaultHeaders = defaultHeaders;
    }

    /** A client of a server on this machine. */
    public static TestHttpClient of(int port) {
        return new TestHttpClient(URI.create("http://127.0.0.1:" + port));
    }

    /** The same client with a header that every request sends, unless the request sets it itself. */
    public TestHttpClient withHeader(String name, String value) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(defaultHeaders);
        headers.put(name, value);
        return new TestHttpClient(base, timeout, headers);
    }

    public URI base() {
        return base;
    }

    public Response get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    /** A POST of JSON. */
    public Response post(String path, String body, String... headers) {
        return withHeader("Content-Type", "application/json").send("POST", path, body, headers);
    }

    public Response send(String method, String path, @Nullable String body, String... headers) {
        return send(request(method, path, body, headers));
    }

    /** A request that is under way when this returns. It fails with the cause itself, for instance an IOException. */
    public CompletableFuture<Response> sendAsync(String method, String path, @Nullable String body, String... headers) {
        return sendAsync(request(method, path, body, headers));
    }

    /** Sends a request that {@link #request} has built. */
    public Response send(HttpRequest request) {
        try {
            return response(HTTP.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(request.method() + " " + request.uri() + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The same without waiting. */
    public CompletableFuture<Response> sendAsync(HttpRequest request) {
        return HTTP.sendAsync(request, BodyHandlers.ofString()).thenApply(TestHttpClient::response);
    }

    /** A request to change before it is sent, for instance with a body of bytes. */
    public HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).timeout(timeout);
        Map<String, String> absent = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        absent.putAll(defaultHeaders);
        for (int i = 0; i < headers.length; i += 2) {
            absent.remove(headers[i]);
        }
        absent.forEach(request::header);
        return headers.length == 0 ? request : request.headers(headers);
    }

    private HttpRequest request(String method, String path, @Nullable String body, String... headers) {
        BodyPublisher publisher = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
        return request(path, headers).method(method, publisher).build();
    }

    private static Response response(HttpResponse<String> response) {
        return new Response(response.statusCode(), response.headers(), response.body());
    }
}
