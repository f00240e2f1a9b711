package dev.jangbu.contract.evolution;

/**
 * A violation of a schema rule.
 *
 * @param rule the violated rule
 * @param field the field's path from the record, for instance {@code lines[].amount}; empty for the record itself
 * @param pointer the location in the schema's JSON (RFC 6901), for instance {@code /fields/5/type/items/fields/2}: in
 *     the released schema for a removal, otherwise in today's
 * @param detail the violation in words
 */
record Violation(Rule rule, String field, String pointer, String detail) {

    /** The rules, each with its remedy. */
    enum Rule {
        /** Today's reader could not read old records, which have no value for the field. */
        ADDED_WITHOUT_DEFAULT("Make it [\"null\", type] with \"default\": null, and place it after the others."),
        /** Released readers could not read today's records, which have no value for the field. */
        REMOVED_WITHOUT_DEFAULT("Keep it, and say in its doc that it is no longer used."),
        /** Two readers of one record would use different values. */
        DEFAULT_CHANGED("Keep the released default."),
        /** Avro promotes some types in one direction, and text and bytes in both; Jangbu's readers do not. */
        TYPE_CHANGED("Keep the field as it was released; add a nullable field with the new type under a new name."),
        /**
         * Avro resolves by the underlying type and ignores the logical type, so the number would get another meaning.
         */
        LOGICAL_TYPE_CHANGED("Keep the logical type; add a nullable field with the new one under a new name."),
        /**
         * Avro compares at most the last part of names. The registry, the generated classes and ksqlDB use the full
         * name.
         */
        NAME_CHANGED("Keep namespace and name; a type that means something else is a new type, in a new field."),
        /** A released record with the symbol would be read as the default. */
        SYMBOL_REMOVED("Keep the symbol, and say in the doc that it is no longer written."),
        /** Generated enums compare by this order. */
        SYMBOLS_REORDERED("Keep the released order; a new symbol goes last."),
        /** Generated constructors take the fields in this order; two of the same type could be swapped silently. */
        FIELDS_REORDERED("Keep the released order; a new field goes last."),
        /** ksqlDB, Connect and most other readers have no type for other unions. */
        UNION_NOT_NULLABLE("The only union is [\"null\", type], with \"default\": null."),
        /** An older reader must read a newer symbol as UNKNOWN. */
        ENUM_WITHOUT_UNKNOWN("The first symbol is UNKNOWN, and it is the enum's default."),
        /** An alias works for today's readers only, not for released ones. */
        ALIAS("A renamed field or type is a new one: add it and keep the old one."),
        /** The schema is the reference documentation. */
        WITHOUT_DOC("Describe it in \"doc\", with its unit."),
        /** Avro's own check fails. */
        NOT_RESOLVABLE("Both readers must be able to read all records: undo this part of the change.");

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
