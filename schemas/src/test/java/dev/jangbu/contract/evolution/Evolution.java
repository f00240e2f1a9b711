package dev.jangbu.contract.evolution;

import dev.jangbu.contract.evolution.Breach.Rule;
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
 * Judges a change of a record: whether readers and writers of a released schema and of today's understand each other, and
 * mean the same. First in our own words, field by field, and more strictly than Avro; then by Avro itself, whose verdict
 * is the registry's, for whatever we may have forgotten.
 */
final class Evolution {

    private final List<Breach> breaches = new ArrayList<>();
    private final Set<String> compared = new HashSet<>();

    private Evolution() {}

    /** What of {@code today} must not be, seen from a released schema; empty if it may be released. */
    static List<Breach> breaches(Schema released, Schema today) {
        Evolution evolution = new Evolution();
        evolution.compare(Place.ROOT, released, today);
        List<Breach> ours = new ArrayList<>(evolution.breaches);
        ours.addAll(ContractRules.breaches(today));
        if (ours.isEmpty()) {
            ours.addAll(avro("a reader of today can't read released records", today, released));
            ours.addAll(avro("a released reader can't read records of today", released, today));
        }
        return ours;
    }

    /** Avro's own verdict on one direction. */
    static List<Breach> avro(String direction, Schema reader, Schema writer) {
        return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                .getResult()
                .getIncompatibilities()
                .stream()
                .map(refused -> new Breach(
                        Rule.NOT_RESOLVABLE,
                        "",
                        refused.getLocation(),
                        "%s: %s, %s".formatted(direction, refused.getType(), refused.getMessage())))
                .toList();
    }

    private void compare(Place at, Schema released, Schema today) {
        if (released.getType() != today.getType()) {
            add(at, Rule.TYPE_CHANGED, "its type was %s and is %s", words(released), words(today));
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

    /** Compares the names of a pair of types, and returns whether their contents are yet to be compared. */
    private boolean isFirstOf(Place at, Schema released, Schema today) {
        if (!released.getFullName().equals(today.getFullName())) {
            add(at, Rule.NAME_CHANGED, "the type was %s and is %s", released.getFullName(), today.getFullName());
        }
        return compared.add(released.getFullName() + " " + today.getFullName());
    }

    private void fields(Place at, Schema released, Schema today) {
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
            Place place = at.field(now.name(), now.pos());
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
        if (!isBeginning(order, names)) {
            String moved = firstOutOfPlace(order, names);
            add(
                    at.field(moved, names.indexOf(moved)),
                    Rule.FIELDS_REORDERED,
                    "it stands where %s was released",
                    order.get(names.indexOf(moved)));
        }
    }

    private void symbols(Place at, Schema released, Schema today) {
        List<String> now = today.getEnumSymbols();
        List<String> gone = released.getEnumSymbols().stream()
                .filter(symbol -> !now.contains(symbol))
                .toList();
        if (!gone.isEmpty()) {
            add(at, Rule.SYMBOL_REMOVED, "the enum %s no longer has %s", today.getName(), String.join(", ", gone));
        } else if (!isBeginning(released.getEnumSymbols(), now)) {
            add(
                    at,
                    Rule.SYMBOLS_REORDERED,
                    "the symbols of %s were %s and are %s",
                    today.getName(),
                    released.getEnumSymbols(),
                    now);
        }
    }

    private void branches(Place at, List<Schema> released, List<Schema> today) {
        if (released.size() != today.size()) {
            add(at, Rule.TYPE_CHANGED, "its type was a union of %d and is one of %d", released.size(), today.size());
            return;
        }
        for (int i = 0; i < today.size(); i++) {
            compare(at.branch(i), released.get(i), today.get(i));
        }
    }

    private void add(Place at, Rule rule, String detail, @Nullable Object... arguments) {
        breaches.add(at.breaks(rule, detail, arguments));
    }

    private static boolean isBeginning(List<String> released, List<String> today) {
        return today.size() >= released.size()
                && today.subList(0, released.size()).equals(released);
    }

    private static String firstOutOfPlace(List<String> released, List<String> today) {
        for (int i = 0; i < released.size(); i++) {
            if (!released.get(i).equals(today.get(i))) {
                return today.get(i);
            }
        }
        throw new IllegalArgumentException("Nothing is out of place");
    }

    private static @Nullable String logicalType(Schema schema) {
        LogicalType type = schema.getLogicalType();
        // A logical type that this Avro doesn't know is only a property of the schema.
        return type == null ? schema.getProp(LogicalType.LOGICAL_TYPE_PROP) : type.getName();
    }

    private static String words(Schema schema) {
        return schema.isUnion()
                ? schema.getTypes().stream().map(Schema::getName).toList().toString()
                : schema.getName();
    }
}
