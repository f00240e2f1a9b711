package dev.jangbu.contract;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.apache.avro.Schema;

/** Client of Confluent's registry API, with the two calls that provisioning needs. */
final class RegistryApi {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";

    private final URI base;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final ObjectMapper json = new ObjectMapper();

    RegistryApi(URI base) {
        this.base = base;
    }

    /** Requires that readers and writers of all released versions can read each other's records. */
    void requireFullTransitive() {
        send("PUT", "/config", JsonNodeFactory.instance.objectNode().put("compatibility", "FULL_TRANSITIVE"));
    }

    void register(String subject, Schema schema) {
        send(
                "POST",
                "/subjects/" + subject + "/versions",
                JsonNodeFactory.instance.objectNode().put("schemaType", "AVRO").put("schema", schema.toString()));
    }

    private void send(String method, String path, ObjectNode body) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
                    .timeout(TIMEOUT)
                    .header("Content-Type", CONTENT_TYPE)
                    .method(method, BodyPublishers.ofByteArray(json.writeValueAsBytes(body)))
                    .build();
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() >= 500) {
                throw new RegistryUnavailableException(
                        "The registry answered %d to %s %s".formatted(answer.statusCode(), method, path), null);
            }
            if (answer.statusCode() >= 300) {
                throw new IllegalStateException("The registry refused %s %s with %d: %s"
                        .formatted(method, path, answer.statusCode(), answer.body()));
            }
        } catch (IOException e) {
            throw new RegistryUnavailableException("No answer from the registry at " + base, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryUnavailableException("Interrupted while waiting for the registry", e);
        }
    }
}
