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

    private static final Duration PATIENCE = Duration.ofSeconds(60);

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

    /** The same service with another key. */
    public Client withKey(String other) {
        return new Client(base, other);
    }

    /** A POST with a new idempotency key. */
    public Reply post(String path, String body, String... headers) {
        return post(path, body, UUID.randomUUID(), headers);
    }

    /** A POST; headers are names and values in turn. */
    public Reply post(String path, String body, UUID idempotencyKey, String... headers) {
        return send(posting(path, body, idempotencyKey.toString(), headers));
    }

    /** A POST whose idempotency key is any text. */
    public Reply postKeyed(String idempotencyKey, String path, String body) {
        return send(posting(path, body, idempotencyKey));
    }

    /** A POST that is under way when this returns; it fails if the connection does. */
    public CompletableFuture<Reply> posted(String path, String body, UUID idempotencyKey, String... headers) {
        return sent(posting(path, body, idempotencyKey.toString(), headers));
    }

    public Reply get(String path, String... headers) {
        return send(request(path, headers).build());
    }

    public CompletableFuture<Reply> got(String path, String... headers) {
        return sent(request(path, headers).build());
    }

    /** Any request below the base, as it is built from here. */
    public HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + "/v1" + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + apiKey);
        return headers.length == 0 ? request : request.headers(headers);
    }

    public Reply send(HttpRequest request) {
        try {
            var answer = HTTP.send(request, BodyHandlers.ofString());
            return asDescribed(request, new Reply(answer.statusCode(), answer.headers(), answer.body()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public CompletableFuture<Reply> sent(HttpRequest request) {
        return HTTP.sendAsync(request, BodyHandlers.ofString())
                .thenApply(answer ->
                        asDescribed(request, new Reply(answer.statusCode(), answer.headers(), answer.body())));
    }

    /** Whatever a test is about, the API answers as its description says. */
    private Reply asDescribed(HttpRequest request, Reply reply) {
        if (request.uri().getRawPath().startsWith("/v1/")) {
            ApiContract.of(base).check(request.method(), request.uri().getRawPath(), reply);
        }
        return reply;
    }

    private HttpRequest posting(String path, String body, String idempotencyKey, String... headers) {
        return request(path, headers)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", idempotencyKey)
                .POST(BodyPublishers.ofString(body))
                .build();
    }
}
