package dev.jangbu.operator.installation;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A client of an HTTP API with JSON bodies. Thread-safe. */
public final class HttpApi implements AutoCloseable {

    private static final String JSON = "application/json";
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);

    /** Longer than the longest {@code Prefer: wait}, 30 seconds. */
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(90);

    private final HttpClient http;
    /** Amounts are exact. */
    private final ObjectMapper json = new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final AtomicLong responses = new AtomicLong();
    private final String base;
    private final String apiKey;
    private final Duration timeout;

    /**
     * @param base base URL, of the public API with {@code /v1}
     * @param apiKey sent as bearer token; none is sent if it is empty
     */
    public HttpApi(String base, String apiKey) {
        this(base, apiKey, REQUEST_TIMEOUT);
    }

    /** @param timeout the time limit of a request */
    public HttpApi(String base, String apiKey, Duration timeout) {
        Duration connect = timeout.compareTo(CONNECT_TIMEOUT) < 0 ? timeout : CONNECT_TIMEOUT;
        this.http = HttpClient.newBuilder().connectTimeout(connect).build();
        this.base = base;
        this.apiKey = apiKey;
        this.timeout = timeout;
    }

    /** A response with its JSON body. */
    public record Response(int status, HttpHeaders headers, JsonNode body) {

        /** The text of a top-level field of the body; empty if there is none. */
        public String text(String field) {
            return body.path(field).asText();
        }
    }

    /** The number of responses received so far. */
    public long responseCount() {
        return responses.get();
    }

    public Response get(String path, String... headers) throws IOException {
        return send(request(path, headers).GET());
    }

    /** Posts a JSON text unchanged. */
    public Response post(String path, String idempotencyKey, String body, String... headers) throws IOException {
        return send(request(path, headers)
                .header("Idempotency-Key", idempotencyKey)
                .header("Content-Type", JSON)
                .POST(BodyPublishers.ofString(body)));
    }

    /** Posts no body. */
    public Response post(String path) throws IOException {
        return send(request(path).POST(BodyPublishers.noBody()));
    }

    /** Puts a JSON text unchanged. */
    public Response put(String path, String body) throws IOException {
        return send(request(path).header("Content-Type", JSON).PUT(BodyPublishers.ofString(body)));
    }

    /** Sends a POST request and closes the connection without reading the response. */
    public void postAndDisconnect(String path, String idempotencyKey, String body, String... headers)
            throws IOException {
        URI uri = URI.create(base + path);
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder("POST " + uri.getRawPath() + " HTTP/1.1\r\nHost: " + uri.getAuthority()
                + "\r\nAuthorization: Bearer " + apiKey + "\r\nIdempotency-Key: " + idempotencyKey
                + "\r\nContent-Type: application/json\r\nContent-Length: " + content.length + "\r\n");
        for (int i = 0; i < headers.length; i += 2) {
            head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
            out.write(content);
            out.flush();
        }
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).timeout(timeout);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return apiKey.isEmpty() ? request : request.header("Authorization", "Bearer " + apiKey);
    }

    private Response send(HttpRequest.Builder request) throws IOException {
        try {
            HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
            responses.incrementAndGet();
            return new Response(response.statusCode(), response.headers(), json.readTree(response.body()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
