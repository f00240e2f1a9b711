package dev.jangbu.api.openapi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.springframework.core.io.ClassPathResource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Descriptions, limits and examples: a partial OpenAPI document that is merged into the generated one. */
final class OpenApiOverlay {

    private static final String FILE = "openapi/overlay.yaml";

    private OpenApiOverlay() {}

    static ObjectNode read(JsonMapper json) {
        try (InputStream in = new ClassPathResource(FILE).getInputStream()) {
            Map<String, Object> overlay = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
            return json.valueToTree(overlay);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Merges the overlay into the document: objects member by member; other values replace the existing ones.
     *
     * @throws IllegalStateException if the overlay refers to a path, method or schema member that the document doesn't
     *     have
     */
    static void apply(ObjectNode overlay, ObjectNode document) {
        requireKnown(overlay.path("paths"), document.path("paths"), "path");
        overlay.path("paths")
                .properties()
                .forEach(path -> requireKnown(
                        path.getValue(), document.path("paths").path(path.getKey()), "method of " + path.getKey()));
        JsonNode schemas = document.path("components").path("schemas");
        overlay.path("components").path("schemas").properties().forEach(schema -> {
            // A schema that the code lacks belongs to another service, whose responses the gateway passes on.
            JsonNode known = schemas.path(schema.getKey());
            if (!known.isMissingNode()) {
                requireKnown(
                        schema.getValue().path("properties"), known.path("properties"), "member of " + schema.getKey());
            }
        });
        merge(overlay, document);
    }

    private static void requireKnown(JsonNode overlay, JsonNode document, String kind) {
        overlay.propertyNames().forEach(name -> {
            if (!document.has(name)) {
                throw new IllegalStateException(
                        FILE + " refers to the " + kind + " " + name + ", which does not exist");
            }
        });
    }

    private static void merge(ObjectNode overlay, ObjectNode document) {
        overlay.properties().forEach(member -> {
            if (member.getValue() instanceof ObjectNode source
                    && document.path(member.getKey()) instanceof ObjectNode target) {
                merge(source, target);
            } else {
                document.set(member.getKey(), member.getValue());
            }
        });
    }
}
