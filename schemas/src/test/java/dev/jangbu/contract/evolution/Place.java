package dev.jangbu.contract.evolution;

/**
 * Where a walk through a schema is.
 *
 * @param field as in {@link Breach#field()}
 * @param pointer as in {@link Breach#pointer()}
 */
record Place(String field, String pointer) {

    static final Place ROOT = new Place("", "");

    Place field(String name, int position) {
        return new Place(field.isEmpty() ? name : field + "." + name, pointer + "/fields/" + position);
    }

    Place type() {
        return new Place(field, pointer + "/type");
    }

    Place branch(int position) {
        return new Place(field, pointer + "/" + position);
    }

    Place items() {
        return new Place(field + "[]", pointer + "/items");
    }

    Place values() {
        return new Place(field + "{}", pointer + "/values");
    }

    Breach breaks(Breach.Rule rule, String detail, Object... arguments) {
        return new Breach(rule, field, pointer, detail.formatted(arguments));
    }
}
