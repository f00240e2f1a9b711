package dev.jangbu.proving.stack;

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

/** The HTTP API as a client uses it. */
public final class HttpApi implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(40);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final ObjectMapper json = new ObjectMapper();
    private final AtomicLong answers = new AtomicLong();
    private final String base;
    private final String apiKey;

    /** @param base with {@code /v1} */
    public HttpApi(String base, String apiKey) {
        this.base = base;
        this.apiKey = apiKey;
    }

    /** An answer. */
    public record Answer(int status, HttpHeaders headers, JsonNode body) {

        /** The body's text at a field. */
        public String text(String field) {
            return body.path(field).asText();
        }
    }

    /** How many answers were received. */
    public long answers() {
        return answers.get();
    }

    public Answer get(String path, String... headers) throws IOException {
        return send(request(path, headers).GET());
    }

    /** Posts JSON text as it is. */
    public Answer post(String path, String idempotencyKey, String body, String... headers) throws IOException {
        return send(request(path, headers)
                .header("Idempotency-Key", idempotencyKey)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    /** Posts, and hangs up as soon as the request is on its way: whether it is done is never heard. */
    public void postAndHangUp(String path, String idempotencyKey, String body, String... headers) throws IOException {
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
                HttpRequest.newBuilder(URI.create(base + path)).timeout(TIMEOUT);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return apiKey.isEmpty() ? request : request.header("Authorization", "Bearer " + apiKey);
    }

    private Answer send(HttpRequest.Builder request) throws IOException {
        try {
            HttpResponse<byte[]> answer = http.send(request.build(), BodyHandlers.ofByteArray());
            answers.incrementAndGet();
            return new Answer(answer.statusCode(), answer.headers(), json.readTree(answer.body()));
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
