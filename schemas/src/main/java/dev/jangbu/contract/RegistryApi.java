package dev.jangbu.contract;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;

/**
 * Client of Confluent's registry API, with the calls that provisioning and readers need. Thread-safe. Every call throws
 * {@link RegistryUnavailableException} if the registry does not answer, or answers with a 5xx status.
 */
final class RegistryApi {

    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";

    private final URI base;
    private final Duration timeout;
    private final HttpClient http;
    private final Set<Integer> knownIds = ConcurrentHashMap.newKeySet();

    /** @param timeout the limit of each request */
    RegistryApi(URI base, Duration timeout) {
        this.base = base;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    /** Requires that readers and writers of all released versions can read each other's records. */
    void requireFullTransitive() {
        write("PUT", "/config", JsonNodeFactory.instance.objectNode().put("compatibility", "FULL_TRANSITIVE"));
    }

    void register(String subject, Schema schema) {
        write(
                "POST",
                "/subjects/" + subject + "/versions",
                JsonNodeFactory.instance.objectNode().put("schemaType", "AVRO").put("schema", schema.toString()));
    }

    /**
     * Returns if the registry has a schema id; an existing id is requested once. Call it before a library's
     * deserializer: the libraries throw the same exceptions for an unknown id, which is poison, and for an unavailable
     * registry.
     *
     * @throws PoisonRecordException if the registry has no such schema
     */
    void requireSchema(int id) {
        if (knownIds.contains(id)) {
            return;
        }
        int status = send("GET", "/schemas/ids/" + id, BodyPublishers.noBody()).statusCode();
        switch (status) {
            case 200 -> knownIds.add(id);
            case 404 -> throw new PoisonRecordException("The registry has no schema of id " + id);
            default ->
                throw new RegistryUnavailableException(
                        "The registry answered " + status + " to the request for schema " + id, null);
        }
    }

    private void write(String method, String path, ObjectNode body) {
        HttpResponse<String> answer = send(method, path, BodyPublishers.ofString(body.toString()));
        if (answer.statusCode() >= 300) {
            throw new IllegalStateException("The registry refused %s %s with %d: %s"
                    .formatted(method, path, answer.statusCode(), answer.body()));
        }
    }

    private HttpResponse<String> send(String method, String path, BodyPublisher body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(timeout)
                .header("Content-Type", CONTENT_TYPE)
                .method(method, body)
                .build();
        try {
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() >= 500) {
                throw new RegistryUnavailableException(
                        "The registry answered %d to %s %s".formatted(answer.statusCode(), method, path), null);
            }
            return answer;
        } catch (IOException e) {
            throw new RegistryUnavailableException("No answer from the registry at " + base, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryUnavailableException("Interrupted while waiting for the registry", e);
        }
    }
}
