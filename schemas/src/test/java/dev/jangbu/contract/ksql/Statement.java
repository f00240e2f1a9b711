package dev.jangbu.contract.ksql;

import java.util.List;
import java.util.Map;

/** A statement of the SQL files. */
sealed interface Statement {

    /**
     * {@code CREATE [SOURCE] STREAM|TABLE name (columns) WITH (...)}: a view of an existing topic.
     *
     * @param source true if ksqlDB may only read it
     * @param with the properties, by upper-case name
     */
    record Declared(String name, boolean source, List<Column> columns, Map<String, String> with) implements Statement {}

    /** {@code CREATE STREAM|TABLE name WITH (...) AS SELECT ...}. */
    record Derived(String name, Map<String, String> with, Query query) implements Statement {}

    /** {@code INSERT INTO name SELECT ...}. */
    record Insert(String into, Query query) implements Statement {}

    /** {@code SELECT ...} by itself. */
    record Select(Query query) implements Statement {}

    /** {@code SET 'name' = 'value'}. */
    record Setting(String name, String value) implements Statement {}

    /** A declared column: of the key, of the value, or of a record header. */
    record Column(String name, KsqlType type, boolean key, String header) {}

    /**
     * A query.
     *
     * @param items the selected expressions
     * @param where the tokens of the condition
     * @param groupBy the grouping expressions
     * @param partitionBy the new key expressions
     */
    record Query(
            List<Item> items,
            String from,
            boolean windowed,
            List<Token> where,
            List<List<Token>> groupBy,
            List<List<Token>> partitionBy) {}

    /**
     * A selected expression and its name.
     *
     * @param name the alias, or the column's own name; empty if there is neither
     */
    record Item(List<Token> expression, String name) {}
}
