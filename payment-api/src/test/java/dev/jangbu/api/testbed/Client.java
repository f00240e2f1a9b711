package dev.jangbu.api.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/** A client of the service with an API key; paths are below {@code /v1}. */
public final class Client {

    private static final Duration TIMEOUT = Duration.ofSeconds(90);

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();

    private final URI base;
    private final String apiKey;

    /** @param base of the service, without a path */
    public Client(URI base, String apiKey) {
        this.base = base;
        this.apiKey = apiKey;
    }

    public URI base() {
        return base;
    }

    /** A client of the same service with another API key. */
    public Client withKey(String other) {
        return new Client(base, other);
    }

    /** A POST with a new idempotency key. */
    public Reply post(String path, String body, String... headers) {
        return post(path, body, UUID.randomUUID(), headers);
    }

    /** A POST; headers are alternating names and values. */
    public Reply post(String path, String body, UUID idempotencyKey, String... headers) {
        return send(postRequest(path, body, idempotencyKey.toString(), headers));
    }

    /** A POST whose idempotency key is any text. */
    public Reply postKeyed(String idempotencyKey, String path, String body) {
        return send(postRequest(path, body, idempotencyKey));
    }

    /** A POST whose reply is awaited by the caller; it fails if the connection fails. */
    public CompletableFuture<Reply> postAsync(String path, String body, UUID idempotencyKey, String... headers) {
        return sendAsync(postRequest(path, body, idempotencyKey.toString(), headers));
    }

    public Reply get(String path, String... headers) {
        return send(request(path, headers).build());
    }

    public CompletableFuture<Reply> getAsync(String path, String... headers) {
        return sendAsync(request(path, headers).build());
    }

    /** A request builder for a path. */
    public HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + "/v1" + path))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + apiKey);
        return headers.length == 0 ? request : request.headers(headers);
    }

    public Reply send(HttpRequest request) {
        try {
            var response = HTTP.send(request, BodyHandlers.ofString());
            return checked(request, new Reply(response.statusCode(), response.headers(), response.body()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public CompletableFuture<Reply> sendAsync(HttpRequest request) {
        return HTTP.sendAsync(request, BodyHandlers.ofString())
                .thenApply(response ->
                        checked(request, new Reply(response.statusCode(), response.headers(), response.body())));
    }

    /** Every reply in every test is checked against the OpenAPI description. */
    private Reply checked(HttpRequest request, Reply reply) {
        if (request.uri().getRawPath().startsWith("/v1/")) {
            ApiContract.of(base).check(request.method(), request.uri().getRawPath(), reply);
        }
        return reply;
    }

    private HttpRequest postRequest(String path, String body, String idempotencyKey, String... headers) {
        return request(path, headers)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", idempotencyKey)
                .POST(BodyPublishers.ofString(body))
                .build();
    }
}
