package dev.jangbu.api.testbed;

import dev.jangbu.testsupport.TestHttpClient;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** A client of the service with an API key; paths are below {@code /v1}. */
public final class Client {

    private static final Duration TIMEOUT = Duration.ofSeconds(90);

    private final URI base;
    private final TestHttpClient http;

    /** @param base of the service, without a path */
    public Client(URI base, String apiKey) {
        this.base = base;
        this.http =
                new TestHttpClient(URI.create(base + "/v1"), TIMEOUT).withHeader("Authorization", "Bearer " + apiKey);
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
        return http.request(path, headers);
    }

    public Reply send(HttpRequest request) {
        return checked(request, http.send(request));
    }

    public CompletableFuture<Reply> sendAsync(HttpRequest request) {
        return http.sendAsync(request).thenApply(response -> checked(request, response));
    }

    /** Every call in every test is checked against the OpenAPI document. */
    private Reply checked(HttpRequest request, TestHttpClient.Response response) {
        Reply reply = new Reply(response.status(), response.headers(), response.body());
        if (request.uri().getRawPath().startsWith("/v1/")) {
            ApiContract.of(base).check(request, reply);
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
