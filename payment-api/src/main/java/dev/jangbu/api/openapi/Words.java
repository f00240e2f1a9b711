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

/** What the code doesn't say, in the shape of an OpenAPI document that is laid over the code's. */
final class Words {

    private static final String FILE = "openapi/words.yaml";

    private Words() {}

    static ObjectNode read(JsonMapper json) {
        try (InputStream in = new ClassPathResource(FILE).getInputStream()) {
            Map<String, Object> words = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
            return json.valueToTree(words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Lays words over facts: objects member by member, anything else in place of what was there.
     *
     * @throws IllegalStateException if a word is about a call or a member of a schema that the code doesn't have (any more)
     */
    static void lay(ObjectNode words, ObjectNode facts) {
        refuseWordsAboutNothing(words.path("paths"), facts.path("paths"), "path");
        words.path("paths")
                .properties()
                .forEach(path -> refuseWordsAboutNothing(
                        path.getValue(), facts.path("paths").path(path.getKey()), "method of " + path.getKey()));
        JsonNode schemas = facts.path("components").path("schemas");
        words.path("components").path("schemas").properties().forEach(schema -> {
            // A schema of which the code has nothing is another service's: its answers pass through.
            JsonNode known = schemas.path(schema.getKey());
            if (!known.isMissingNode()) {
                refuseWordsAboutNothing(
                        schema.getValue().path("properties"), known.path("properties"), "member of " + schema.getKey());
            }
        });
        merge(words, facts);
    }

    private static void refuseWordsAboutNothing(JsonNode words, JsonNode facts, String what) {
        words.propertyNames().forEach(name -> {
            if (!facts.has(name)) {
                throw new IllegalStateException(FILE + " speaks of the " + what + " " + name + ", which is not there");
            }
        });
    }

    private static void merge(ObjectNode words, ObjectNode facts) {
        words.properties().forEach(word -> {
            if (word.getValue() instanceof ObjectNode inner && facts.path(word.getKey()) instanceof ObjectNode under) {
                merge(inner, under);
            } else {
                facts.set(word.getKey(), word.getValue());
            }
        });
    }
}
