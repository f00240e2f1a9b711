package dev.jangbu.contract.evolution;

import dev.jangbu.contract.evolution.Violation.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.jspecify.annotations.Nullable;

/**
 * Checks a schema change: readers and writers of a released schema and of today's must read each other's records with
 * the same meaning. First by Jangbu's own rules, field by field, which are stricter than Avro's. Then by Avro's check,
 * which the registry uses.
 */
final class Evolution {

    private final List<Violation> violations = new ArrayList<>();
    private final Set<String> compared = new HashSet<>();

    private Evolution() {}

    /** The violations of {@code today} against a released schema; empty if it may be released. */
    static List<Violation> violations(Schema released, Schema today) {
        Evolution evolution = new Evolution();
        evolution.compare(SchemaLocation.ROOT, released, today);
        List<Violation> all = new ArrayList<>(evolution.violations);
        all.addAll(ContractRules.violations(today));
        if (all.isEmpty()) {
            all.addAll(avro("a reader of today can't read released records", today, released));
            all.addAll(avro("a released reader can't read records of today", released, today));
        }
        return all;
    }

    /** Avro's own check of one direction. */
    static List<Violation> avro(String direction, Schema reader, Schema writer) {
        return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                .getResult()
                .getIncompatibilities()
                .stream()
                .map(incompatibility -> new Violation(
                        Rule.NOT_RESOLVABLE,
                        "",
                        incompatibility.getLocation(),
                        "%s: %s, %s".formatted(direction, incompatibility.getType(), incompatibility.getMessage())))
                .toList();
    }

    private void compare(SchemaLocation at, Schema released, Schema today) {
        if (released.getType() != today.getType()) {
            add(at, Rule.TYPE_CHANGED, "its type was %s and is %s", typeName(released), typeName(today));
            return;
        }
        if (!Objects.equals(logicalType(released), logicalType(today))) {
            add(
                    at,
                    Rule.LOGICAL_TYPE_CHANGED,
                    "its logical type was %s and is %s",
                    logicalType(released),
                    logicalType(today));
        }
        switch (today.getType()) {
            case RECORD -> {
                if (isFirstOf(at, released, today)) {
                    fields(at, released, today);
                }
            }
            case ENUM -> {
                if (isFirstOf(at, released, today)) {
                    symbols(at, released, today);
                }
            }
            case FIXED -> {
                if (isFirstOf(at, released, today) && released.getFixedSize() != today.getFixedSize()) {
                    add(
                            at,
                            Rule.TYPE_CHANGED,
                            "it had %d bytes and has %d",
                            released.getFixedSize(),
                            today.getFixedSize());
                }
            }
            case ARRAY -> compare(at.items(), released.getElementType(), today.getElementType());
            case MAP -> compare(at.values(), released.getValueType(), today.getValueType());
            case UNION -> branches(at, released.getTypes(), today.getTypes());
            case STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {}
        }
    }

    /** Compares the names of two types. Returns true if their contents have not been compared yet. */
    private boolean isFirstOf(SchemaLocation at, Schema released, Schema today) {
        if (!released.getFullName().equals(today.getFullName())) {
            add(at, Rule.NAME_CHANGED, "the type was %s and is %s", released.getFullName(), today.getFullName());
        }
        return compared.add(released.getFullName() + " " + today.getFullName());
    }

    private void fields(SchemaLocation at, Schema released, Schema today) {
        for (Schema.Field before : released.getFields()) {
            Schema.Field now = today.getField(before.name());
            if (now == null) {
                if (!before.hasDefaultValue()) {
                    add(
                            at.field(before.name(), before.pos()),
                            Rule.REMOVED_WITHOUT_DEFAULT,
                            "it is gone, and was released without a default");
                }
                continue;
            }
            SchemaLocation place = at.field(now.name(), now.pos());
            compare(place.type(), before.schema(), now.schema());
            if (before.hasDefaultValue()
                    && before.schema().getType() == now.schema().getType()
                    && !Objects.deepEquals(before.defaultVal(), now.defaultVal())) {
                add(
                        place,
                        Rule.DEFAULT_CHANGED,
                        "its default was %s and is %s",
                        before.defaultVal(),
                        now.hasDefaultValue() ? now.defaultVal() : "none");
            }
        }
        for (Schema.Field now : today.getFields()) {
            if (released.getField(now.name()) == null && !now.hasDefaultValue()) {
                add(at.field(now.name(), now.pos()), Rule.ADDED_WITHOUT_DEFAULT, "it is new and has no default");
            }
        }
        List<String> names = today.getFields().stream().map(Schema.Field::name).toList();
        List<String> order = released.getFields().stream()
                .map(Schema.Field::name)
                .filter(names::contains)
                .toList();
        if (!isPrefix(order, names)) {
            String moved = firstOutOfPlace(order, names);
            add(
                    at.field(moved, names.indexOf(moved)),
                    Rule.FIELDS_REORDERED,
                    "it stands where %s was released",
                    order.get(names.indexOf(moved)));
        }
    }

    private void symbols(SchemaLocation at, Schema released, Schema today) {
        List<String> now = today.getEnumSymbols();
        List<String> gone = released.getEnumSymbols().stream()
                .filter(symbol -> !now.contains(symbol))
                .toList();
        if (!gone.isEmpty()) {
            add(at, Rule.SYMBOL_REMOVED, "the enum %s no longer has %s", today.getName(), String.join(", ", gone));
        } else if (!isPrefix(released.getEnumSymbols(), now)) {
            add(
                    at,
                    Rule.SYMBOLS_REORDERED,
                    "the symbols of %s were %s and are %s",
                    today.getName(),
                    released.getEnumSymbols(),
                    now);
        }
    }

    private void branches(SchemaLocation at, List<Schema> released, List<Schema> today) {
        if (released.size() != today.size()) {
            add(at, Rule.TYPE_CHANGED, "its type was a union of %d and is one of %d", released.size(), today.size());
            return;
        }
        for (int i = 0; i < today.size(); i++) {
            compare(at.branch(i), released.get(i), today.get(i));
        }
    }

    private void add(SchemaLocation at, Rule rule, String detail, @Nullable Object... arguments) {
        violations.add(at.violation(rule, detail, arguments));
    }

    private static boolean isPrefix(List<String> released, List<String> today) {
        return today.size() >= released.size()
                && today.subList(0, released.size()).equals(released);
    }

    private static String firstOutOfPlace(List<String> released, List<String> today) {
        for (int i = 0; i < released.size(); i++) {
            if (!released.get(i).equals(today.get(i))) {
                return today.get(i);
            }
        }
        throw new IllegalArgumentException("No field is out of place");
    }

    private static @Nullable String logicalType(Schema schema) {
        LogicalType type = schema.getLogicalType();
        // A logical type that this Avro version doesn't know is only a property of the schema.
        return type == null ? schema.getProp(LogicalType.LOGICAL_TYPE_PROP) : type.getName();
    }

    private static String typeName(Schema schema) {
        return schema.isUnion()
                ? schema.getTypes().stream().map(Schema::getName).toList().toString()
                : schema.getName();
    }
}
