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
 * Records as schemas (JSON Schema 2020-12), as Jackson reads and writes them. In an answer every member is there, and null
 * only where the component is {@code @Nullable}; in a request the components are nullable since nobody has checked them yet,
 * so that it takes words to say which are required.
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

    /** Every schema so far, by its name. */
    ObjectNode all() {
        return schemas;
    }

    /** Adds a record that is answered with; its name. */
    String answer(Class<?> type) {
        return add(type, true);
    }

    /** Adds a record that is read from a request; its name. */
    String request(Class<?> type) {
        return add(type, false);
    }

    /** As clients call it: a view of a payment is a payment to them. */
    static String name(Class<?> type) {
        String own = type.getSimpleName().replaceFirst("View$", "");
        Class<?> enclosing = type.getEnclosingClass();
        return enclosing == null ? own : name(enclosing) + own;
    }

    static ObjectNode reference(String name) {
        return JSON.objectNode().put("$ref", "#/components/schemas/" + name);
    }

    private String add(Class<?> type, boolean answered) {
        String name = name(type);
        Class<?> before = named.putIfAbsent(name, type);
        if (before == null) {
            // Its place comes before those of the types that it is made of.
            ObjectNode schema = schemas.putObject(name);
            schema.setAll(object(type, answered));
        } else if (before != type) {
            throw new IllegalStateException(before + " and " + type + " would have one name, " + name);
        }
        return name;
    }

    private ObjectNode object(Class<?> type, boolean answered) {
        ObjectNode schema = JSON.objectNode().put("type", "object").put("additionalProperties", false);
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = JSON.arrayNode();
        for (RecordComponent component : type.getRecordComponents()) {
            boolean nullable = answered && component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            boolean leftOut = isLeftOutWhenNull(component);
            ObjectNode property = schema(component.getGenericType(), answered);
            properties.set(component.getName(), nullable && !leftOut ? orNull(property) : property);
            if (answered && !leftOut) {
                required.add(component.getName());
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        return schema;
    }

    private static boolean isLeftOutWhenNull(RecordComponent component) {
        JsonInclude include = component.getAccessor().getAnnotation(JsonInclude.class);
        return include != null && include.value() == JsonInclude.Include.NON_NULL;
    }

    private ObjectNode schema(Type type, boolean answered) {
        if (type instanceof ParameterizedType parameterized) {
            Type last = parameterized.getActualTypeArguments()[parameterized.getActualTypeArguments().length - 1];
            ObjectNode of = schema(last, answered);
            if (parameterized.getRawType() == Map.class) {
                return JSON.objectNode().put("type", "object").set("additionalProperties", of);
            }
            if (parameterized.getRawType() == List.class || parameterized.getRawType() == Set.class) {
                return JSON.objectNode().put("type", "array").set("items", of);
            }
        }
        if (type instanceof Class<?> plain) {
            if (plain.isRecord()) {
                return reference(add(plain, answered));
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
        throw new IllegalStateException("No schema is known for " + type);
    }

    private static ObjectNode orNull(ObjectNode schema) {
        if (schema.has("$ref")) {
            ObjectNode either = JSON.objectNode();
            either.putArray("anyOf").add(schema).addObject().put("type", "null");
            return either;
        }
        ArrayNode types = JSON.arrayNode().add(schema.path("type").asString()).add("null");
        if (schema.path("enum") instanceof ArrayNode values) {
            values.addNull();
        }
        return schema.set("type", types);
    }
}
