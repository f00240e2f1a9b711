package dev.jangbu.contract.ksql;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * A type of ksqlDB.
 *
 * @param name STRING, BIGINT, ARRAY, STRUCT and so on, or ANY if unknown
 * @param items the element type of an array; otherwise empty
 * @param fields the fields of a struct
 * @param symbols the possible values of a text that is an enum in Avro; otherwise empty
 */
record KsqlType(String name, List<KsqlType> items, Map<String, KsqlType> fields, List<String> symbols) {

    /** The type of an expression that is not analysed. */
    static final KsqlType ANY = of("ANY");

    static KsqlType of(String name) {
        return new KsqlType(name, List.of(), Map.of(), List.of());
    }

    static KsqlType array(KsqlType items) {
        return new KsqlType("ARRAY", List.of(items), Map.of(), List.of());
    }

    static KsqlType struct(Map<String, KsqlType> fields) {
        return new KsqlType("STRUCT", List.of(), fields, List.of());
    }

    /** The type of a schema in ksqlDB's Avro format. */
    static KsqlType of(Schema schema) {
        return switch (schema.getType()) {
            case STRING -> of("STRING");
            case ENUM -> new KsqlType("STRING", List.of(), Map.of(), schema.getEnumSymbols());
            case INT -> of("INTEGER");
            case LONG -> of(schema.getLogicalType() instanceof LogicalTypes.TimestampMillis ? "TIMESTAMP" : "BIGINT");
            case DOUBLE, FLOAT -> of("DOUBLE");
            case BOOLEAN -> of("BOOLEAN");
            case BYTES, FIXED -> of("BYTES");
            case ARRAY -> array(of(schema.getElementType()));
            case RECORD -> {
                Map<String, KsqlType> fields = new LinkedHashMap<>();
                schema.getFields()
                        .forEach(field -> fields.put(field.name().toUpperCase(Locale.ROOT), of(field.schema())));
                yield struct(fields);
            }
            case UNION ->
                of(schema.getTypes().stream()
                        .filter(branch -> branch.getType() != Schema.Type.NULL)
                        .findFirst()
                        .orElseThrow());
            case MAP, NULL -> throw new IllegalArgumentException("Unsupported column type " + schema.getType());
        };
    }

    /** True if the types are equal or one is ANY. */
    boolean fits(KsqlType other) {
        return name.equals("ANY") || other.name.equals("ANY") || toString().equals(other.toString());
    }

    @Override
    public String toString() {
        return switch (name) {
            case "ARRAY" -> "ARRAY<" + items.getFirst() + ">";
            case "STRUCT" ->
                fields.entrySet().stream()
                        .map(field -> field.getKey() + " " + field.getValue())
                        .collect(Collectors.joining(", ", "STRUCT<", ">"));
            default -> name;
        };
    }
}
