package dev.jangbu.api.openapi;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Converts records to JSON Schema 2020-12, as Jackson reads and writes them.
 *
 * <ul>
 *   <li>Response records: every member is required, and nullable if its component is {@code @Nullable}.
 *   <li>Request records: components are nullable because they are not validated yet; the overlay states which are
 *       required.
 * </ul>
 */
final class RecordSchemas {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private static final Map<Class<?>, List<String>> TYPE_AND_FORMAT = Map.ofEntries(
            Map.entry(String.class, List.of("string")),
            Map.entry(UUID.class, List.of("string", "uuid")),
            Map.entry(Instant.class, List.of("string", "date-time")),
            Map.entry(boolean.class, List.of("boolean")),
            Map.entry(Boolean.class, List.of("boolean")),
            Map.entry(int.class, List.of("integer", "int32")),
            Map.entry(Integer.class, List.of("integer", "int32")),
            Map.entry(long.class, List.of("integer", "int64")),
            Map.entry(Long.class, List.of("integer", "int64")),
            Map.entry(BigInteger.class, List.of("integer")));

    private final ObjectNode schemas = JSON.objectNode();
    private final Map<String, Class<?>> named = new HashMap<>();

    /** All schemas so far, by name. */
    ObjectNode all() {
        return schemas;
    }

    /** Adds the record of a response, and returns its schema name. */
    String response(Class<?> type) {
        return add(type, true);
    }

    /** Adds the record of a request, and returns its schema name. */
    String request(Class<?> type) {
        return add(type, false);
    }

    /** The schema name: the class name without the suffix {@code View}. */
    static String name(Class<?> type) {
        String own = type.getSimpleName().replaceFirst("View$", "");
        Class<?> enclosing = type.getEnclosingClass();
        return enclosing == null ? own : name(enclosing) + own;
    }

    static ObjectNode reference(String name) {
        return JSON.objectNode().put("$ref", "#/components/schemas/" + name);
    }

    private String add(Class<?> type, boolean response) {
        String name = name(type);
        Class<?> existing = named.putIfAbsent(name, type);
        if (existing == null) {
            // Added first, so that it precedes its component types.
            ObjectNode schema = schemas.putObject(name);
            schema.setAll(object(type, response));
        } else if (existing != type) {
            throw new IllegalStateException(existing + " and " + type + " have the same schema name, " + name);
        }
        return name;
    }

    private ObjectNode object(Class<?> type, boolean response) {
        ObjectNode schema = JSON.objectNode().put("type", "object").put("additionalProperties", false);
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = JSON.arrayNode();
        for (RecordComponent component : type.getRecordComponents()) {
            boolean isNullable = response && component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            boolean omitted = isOmittedWhenNull(component);
            ObjectNode property = schema(component.getGenericType(), response);
            properties.set(component.getName(), isNullable && !omitted ? nullable(property) : property);
            if (response && !omitted) {
                required.add(component.getName());
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        return schema;
    }

    private static boolean isOmittedWhenNull(RecordComponent component) {
        JsonInclude include = component.getAccessor().getAnnotation(JsonInclude.class);
        return include != null && include.value() == JsonInclude.Include.NON_NULL;
    }

    private ObjectNode schema(Type type, boolean response) {
        if (type instanceof ParameterizedType parameterized) {
            Type last = parameterized.getActualTypeArguments()[parameterized.getActualTypeArguments().length - 1];
            ObjectNode of = schema(last, response);
            if (parameterized.getRawType() == Map.class) {
                return JSON.objectNode().put("type", "object").set("additionalProperties", of);
            }
            if (parameterized.getRawType() == List.class || parameterized.getRawType() == Set.class) {
                return JSON.objectNode().put("type", "array").set("items", of);
            }
        }
        if (type instanceof Class<?> plain) {
            if (plain.isRecord()) {
                return reference(add(plain, response));
            }
            if (plain.isEnum()) {
                ObjectNode schema = JSON.objectNode().put("type", "string");
                ArrayNode values = schema.putArray("enum");
                for (Object value : plain.getEnumConstants()) {
                    values.add(((Enum<?>) value).name());
                }
                return schema;
            }
            List<String> typeAndFormat = TYPE_AND_FORMAT.get(plain);
            if (typeAndFormat != null) {
                ObjectNode schema = JSON.objectNode().put("type", typeAndFormat.getFirst());
                return typeAndFormat.size() == 1 ? schema : schema.put("format", typeAndFormat.getLast());
            }
        }
        throw new IllegalStateException("No schema mapping for " + type);
    }

    private static ObjectNode nullable(ObjectNode schema) {
        if (schema.has("$ref")) {
            ObjectNode anyOf = JSON.objectNode();
            anyOf.putArray("anyOf").add(schema).addObject().put("type", "null");
            return anyOf;
        }
        ArrayNode types = JSON.arrayNode().add(schema.path("type").asString()).add("null");
        if (schema.path("enum") instanceof ArrayNode values) {
            values.addNull();
        }
        return schema.set("type", types);
    }
}
