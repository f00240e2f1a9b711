package dev.jangbu.contract.evolution;

/**
 * A location in a schema.
 *
 * @param field as in {@link Violation#field()}
 * @param pointer as in {@link Violation#pointer()}
 */
record SchemaLocation(String field, String pointer) {

    static final SchemaLocation ROOT = new SchemaLocation("", "");

    SchemaLocation field(String name, int position) {
        return new SchemaLocation(field.isEmpty() ? name : field + "." + name, pointer + "/fields/" + position);
    }

    SchemaLocation type() {
        return new SchemaLocation(field, pointer + "/type");
    }

    SchemaLocation branch(int position) {
        return new SchemaLocation(field, pointer + "/" + position);
    }

    SchemaLocation items() {
        return new SchemaLocation(field + "[]", pointer + "/items");
    }

    SchemaLocation values() {
        return new SchemaLocation(field + "{}", pointer + "/values");
    }

    Violation violation(Violation.Rule rule, String detail, Object... arguments) {
        return new Violation(rule, field, pointer, detail.formatted(arguments));
    }
}
