package dev.jangbu.contract.evolution;

import dev.jangbu.contract.evolution.Violation.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** The rules of a single schema that Avro itself does not check. */
final class ContractRules {

    private static final String UNKNOWN = "UNKNOWN";

    private final List<Violation> violations = new ArrayList<>();
    private final Set<String> visited = new HashSet<>();

    private ContractRules() {}

    /** The violations in a record and its nested types. */
    static List<Violation> violations(Schema schema) {
        ContractRules rules = new ContractRules();
        rules.visit(SchemaLocation.ROOT, schema);
        return rules.violations;
    }

    private void visit(SchemaLocation at, Schema schema) {
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

    private void record(SchemaLocation at, Schema record) {
        if (!named(at, record)) {
            return;
        }
        for (Schema.Field field : record.getFields()) {
            SchemaLocation place = at.field(field.name(), field.pos());
            if (isBlank(field.doc())) {
                violations.add(place.violation(Rule.WITHOUT_DOC, "it has no doc"));
            }
            if (!field.aliases().isEmpty()) {
                violations.add(place.violation(Rule.ALIAS, "it has the alias %s", String.join(", ", field.aliases())));
            }
            visit(place.type(), field.schema());
            if (field.schema().isNullable() && field.defaultVal() != JsonProperties.NULL_VALUE) {
                violations.add(place.violation(Rule.UNION_NOT_NULLABLE, "it may be null and its default is not null"));
            }
        }
    }

    private void enumeration(SchemaLocation at, Schema enumeration) {
        if (!named(at, enumeration)) {
            return;
        }
        if (!UNKNOWN.equals(enumeration.getEnumSymbols().getFirst()) || !UNKNOWN.equals(enumeration.getEnumDefault())) {
            violations.add(at.violation(
                    Rule.ENUM_WITHOUT_UNKNOWN,
                    "the enum %s has the symbols %s and the default %s",
                    enumeration.getName(),
                    enumeration.getEnumSymbols(),
                    enumeration.getEnumDefault()));
        }
    }

    private void union(SchemaLocation at, Schema union) {
        List<Schema> branches = union.getTypes();
        if (branches.size() != 2 || branches.getFirst().getType() != Schema.Type.NULL) {
            violations.add(at.violation(
                    Rule.UNION_NOT_NULLABLE,
                    "it is a union of %s",
                    branches.stream().map(Schema::getName).toList()));
        }
        for (int i = 0; i < branches.size(); i++) {
            visit(at.branch(i), branches.get(i));
        }
    }

    /** Checks a named type. Returns true at its first occurrence, which defines it. */
    private boolean named(SchemaLocation at, Schema type) {
        if (!visited.add(type.getFullName())) {
            return false;
        }
        if (isBlank(type.getDoc())) {
            violations.add(at.violation(Rule.WITHOUT_DOC, "the type %s has no doc", type.getName()));
        }
        if (!type.getAliases().isEmpty()) {
            violations.add(at.violation(
                    Rule.ALIAS, "the type %s has the alias %s", type.getName(), String.join(", ", type.getAliases())));
        }
        return true;
    }

    private static boolean isBlank(@Nullable String text) {
        return text == null || text.isBlank();
    }
}
