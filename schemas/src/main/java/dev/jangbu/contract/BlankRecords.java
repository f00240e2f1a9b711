package dev.jangbu.contract;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Creates records with blank fields, to make a serializer resolve the schema. */
final class BlankRecords {

    private BlankRecords() {}

    static <T extends SpecificRecord> T of(Topic<T> topic) {
        Schema schema = topic.schema();
        Class<T> type = Objects.requireNonNull(topic.valueType());
        T record = type.cast(SpecificData.newInstance(type, schema));
        for (Schema.Field field : schema.getFields()) {
            record.put(field.pos(), blank(field.schema()));
        }
        return record;
    }

    private static @Nullable Object blank(Schema schema) {
        return switch (schema.getType()) {
            case STRING -> "";
            case INT -> 0;
            case LONG -> schema.getLogicalType() == null ? (Object) 0L : Instant.EPOCH;
            case BYTES -> ByteBuffer.allocate(0);
            case ARRAY -> List.of();
            case UNION -> null;
            case ENUM -> SpecificData.get().createEnum(schema.getEnumDefault(), schema);
            case BOOLEAN, FLOAT, DOUBLE, FIXED, MAP, NULL, RECORD ->
                throw new IllegalStateException("Unsupported field type " + schema.getType());
        };
    }
}
