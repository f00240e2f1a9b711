package dev.jangbu.contract;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Checks schema ids at the registry before a library's deserializer gets them. The libraries throw the same exceptions
 * for an unknown id, which is poison, and for an unavailable registry. Thread-safe; an existing id is requested once.
 */
final class SchemaIds {

    private final URI confluentApi;
    private final Duration timeout;
    private final HttpClient http;
    private final Set<Integer> known = ConcurrentHashMap.newKeySet();

    SchemaIds(URI confluentApi, Duration timeout) {
        this.confluentApi = confluentApi;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    /**
     * Returns if the registry has the id.
     *
     * @throws PoisonRecordException if the registry has no such schema
     * @throws RegistryUnavailableException if it does not answer, or answers with another status
     */
    void require(int id) {
        if (known.contains(id)) {
            return;
        }
        int status = requestStatus(id);
        switch (status) {
            case 200 -> known.add(id);
            case 404 -> throw new PoisonRecordException("The registry has no schema of id " + id);
            default ->
                throw new RegistryUnavailableException(
                        "The registry answered " + status + " to the request for schema " + id, null);
        }
    }

    private int requestStatus(int id) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(confluentApi + "/schemas/ids/" + id))
                .timeout(timeout)
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            throw new RegistryUnavailableException("No answer from the registry at " + confluentApi, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryUnavailableException("Interrupted while waiting for the registry", e);
        }
    }
}
