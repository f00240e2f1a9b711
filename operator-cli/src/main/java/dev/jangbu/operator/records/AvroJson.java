package dev.jangbu.operator.records;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * Avro values as JSON: longs as numbers, times in RFC 3339, bytes as lower-case hexadecimal digits, enums as text. A
 * nullable field is null or its bare value, without the type name that Avro's own JSON encoding adds.
 */
public final class AvroJson {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private AvroJson() {}

    public static JsonNode of(@Nullable Object value) {
        return switch (value) {
            case null -> JSON.nullNode();
            case IndexedRecord record -> record(record);
            case Long number -> JSON.numberNode(number);
            case Integer number -> JSON.numberNode(number);
            case Boolean flag -> JSON.booleanNode(flag);
            case Double number -> JSON.numberNode(number);
            case Float number -> JSON.numberNode(number);
            case Instant time -> JSON.textNode(time.toString());
            case ByteBuffer bytes -> JSON.textNode(hex(bytes));
            case GenericFixed fixed -> JSON.textNode(HexFormat.of().formatHex(fixed.bytes()));
            case Collection<?> values -> array(values);
            case Map<?, ?> values -> object(values);
            default -> JSON.textNode(value.toString());
        };
    }

    private static ObjectNode record(IndexedRecord record) {
        ObjectNode object = JSON.objectNode();
        for (Schema.Field field : record.getSchema().getFields()) {
            object.set(field.name(), of(record.get(field.pos())));
        }
        return object;
    }

    private static ArrayNode array(Collection<?> values) {
        ArrayNode array = JSON.arrayNode();
        values.forEach(value -> array.add(of(value)));
        return array;
    }

    private static ObjectNode object(Map<?, ?> values) {
        ObjectNode object = JSON.objectNode();
        values.forEach((name, value) -> object.set(name.toString(), of(value)));
        return object;
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return HexFormat.of().formatHex(copy);
    }
}
