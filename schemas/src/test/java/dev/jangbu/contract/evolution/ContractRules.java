package dev.jangbu.contract.evolution;

import dev.jangbu.contract.evolution.Breach.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** What one schema must be, whatever it was before: the part of the contract that Avro itself doesn't ask for. */
final class ContractRules {

    private static final String UNKNOWN = "UNKNOWN";

    private final List<Breach> breaches = new ArrayList<>();
    private final Set<String> visited = new HashSet<>();

    private ContractRules() {}

    /** Every breach of the rules in a record and all that is in it. */
    static List<Breach> breaches(Schema schema) {
        ContractRules rules = new ContractRules();
        rules.visit(Place.ROOT, schema);
        return rules.breaches;
    }

    private void visit(Place at, Schema schema) {
        switch (schema.getType()) {
            case RECORD -> record(at, schema);
            case ENUM -> enumeration(at, schema);
            case UNION -> union(at, schema);
            case ARRAY -> visit(at.items(), schema.getElementType());
            case MAP -> visit(at.values(), schema.getValueType());
            case FIXED -> named(at, schema);
            case STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {}
        }
    }

    private void record(Place at, Schema record) {
        if (!named(at, record)) {
            return;
        }
        for (Schema.Field field : record.getFields()) {
            Place place = at.field(field.name(), field.pos());
            if (isBlank(field.doc())) {
                breaches.add(place.breaks(Rule.WITHOUT_DOC, "it has no doc"));
            }
            if (!field.aliases().isEmpty()) {
                breaches.add(place.breaks(Rule.ALIAS, "it has the alias %s", String.join(", ", field.aliases())));
            }
            visit(place.type(), field.schema());
            if (field.schema().isNullable() && field.defaultVal() != JsonProperties.NULL_VALUE) {
                breaches.add(place.breaks(Rule.UNION_NOT_NULLABLE, "it may be null and its default is not null"));
            }
        }
    }

    private void enumeration(Place at, Schema enumeration) {
        if (!named(at, enumeration)) {
            return;
        }
        if (!UNKNOWN.equals(enumeration.getEnumSymbols().getFirst()) || !UNKNOWN.equals(enumeration.getEnumDefault())) {
            breaches.add(at.breaks(
                    Rule.ENUM_WITHOUT_UNKNOWN,
                    "the enum %s has the symbols %s and the default %s",
                    enumeration.getName(),
                    enumeration.getEnumSymbols(),
                    enumeration.getEnumDefault()));
        }
    }

    private void union(Place at, Schema union) {
        List<Schema> branches = union.getTypes();
        if (branches.size() != 2 || branches.getFirst().getType() != Schema.Type.NULL) {
            breaches.add(at.breaks(
                    Rule.UNION_NOT_NULLABLE,
                    "it is a union of %s",
                    branches.stream().map(Schema::getName).toList()));
        }
        for (int i = 0; i < branches.size(); i++) {
            visit(at.branch(i), branches.get(i));
        }
    }

    /** Checks a type with a name, and returns whether this is the place where it is defined. */
    private boolean named(Place at, Schema type) {
        if (!visited.add(type.getFullName())) {
            return false;
        }
        if (isBlank(type.getDoc())) {
            breaches.add(at.breaks(Rule.WITHOUT_DOC, "the type %s has no doc", type.getName()));
        }
        if (!type.getAliases().isEmpty()) {
            breaches.add(at.breaks(
                    Rule.ALIAS, "the type %s has the alias %s", type.getName(), String.join(", ", type.getAliases())));
        }
        return true;
    }

    private static boolean isBlank(@Nullable String text) {
        return text == null || text.isBlank();
    }
}
