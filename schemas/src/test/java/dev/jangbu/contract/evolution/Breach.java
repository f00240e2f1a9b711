package dev.jangbu.contract.evolution;

/**
 * One thing that a schema must not be, or must not become.
 *
 * @param rule what it breaks
 * @param field the field's way from the record, for instance {@code lines[].amount}; empty for the record itself
 * @param pointer where that is in the schema's JSON (RFC 6901), for instance {@code /fields/5/type/items/fields/2}: in the
 *     released schema for what was removed, else in today's
 * @param detail what it is there, in words
 */
record Breach(Rule rule, String field, String pointer, String detail) {

    /** What a change may break, and what to do instead. */
    enum Rule {
        /** An old record has no value for it, and a reader of today could not read it. */
        ADDED_WITHOUT_DEFAULT("Make it [\"null\", type] with \"default\": null, and place it after the others."),
        /** A released reader would find no value for it in a record of today. */
        REMOVED_WITHOUT_DEFAULT("Keep it, and say in its doc that it is no longer used."),
        /** Two readers of one record would disagree about what was left out. */
        DEFAULT_CHANGED("Keep the released default."),
        /** Avro promotes some types in one direction and takes text for bytes in both; our readers don't. */
        TYPE_CHANGED("Keep the field as it was released; add a nullable field with the new type under a new name."),
        /** Avro resolves by the type below and never looks: the number would only mean something else. */
        LOGICAL_TYPE_CHANGED("Keep the logical type; add a nullable field with the new one under a new name."),
        /** Avro compares the last part of names at most; the registry, the generated classes and ksqlDB know all of it. */
        NAME_CHANGED("Keep namespace and name; a type that means something else is a new type, in a new field."),
        /** A released record with that symbol would read as the default. */
        SYMBOL_REMOVED("Keep the symbol, and say in the doc that nobody writes it any more."),
        /** Generated enums compare and sort by this order. */
        SYMBOLS_REORDERED("Keep the released order; a new symbol goes last."),
        /** The generated constructors take the fields in this order: two of one type would swap silently. */
        FIELDS_REORDERED("Keep the released order; a new field goes last."),
        /** ksqlDB, Connect and most other readers have no type for it. */
        UNION_NOT_NULLABLE("The only union is [\"null\", type], with \"default\": null."),
        /** An older reader must see a newer symbol as something that it knows not to know. */
        ENUM_WITHOUT_UNKNOWN("The first symbol is UNKNOWN, and it is the enum's default."),
        /** An alias renames for readers of today only; a released reader never hears of it. */
        ALIAS("A field or type that is named anew is a new one: add it, and leave the old one."),
        /** The schema is the reference that others read. */
        WITHOUT_DOC("Say in \"doc\" what it is, with its unit."),
        /** Whatever else Avro refuses, in its own words. */
        NOT_RESOLVABLE("Neither reader may meet a record that it can't read: undo this part of the change.");

        private final String remedy;

        Rule(String remedy) {
            this.remedy = remedy;
        }
    }

    @Override
    public String toString() {
        return "%s (%s): %s. %s"
                .formatted(
                        field.isEmpty() ? "the record itself" : "field " + field,
                        pointer.isEmpty() ? "/" : pointer,
                        detail,
                        rule.remedy);
    }
}
