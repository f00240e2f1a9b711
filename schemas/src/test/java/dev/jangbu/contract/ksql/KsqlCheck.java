package dev.jangbu.contract.ksql;

import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.contract.ksql.Statement.Column;
import dev.jangbu.contract.ksql.Statement.Declared;
import dev.jangbu.contract.ksql.Statement.Derived;
import dev.jangbu.contract.ksql.Statement.Insert;
import dev.jangbu.contract.ksql.Statement.Item;
import dev.jangbu.contract.ksql.Statement.Query;
import dev.jangbu.contract.ksql.Statement.Select;
import dev.jangbu.contract.ksql.Statement.Setting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.avro.Schema;

/**
 * Checks SQL files in the order in which they are run, and collects the problems:
 *
 * <ul>
 *   <li>a declared stream needs a topic of the catalogue and must fit its released schema
 *   <li>a query may name only columns of its source
 *   <li>no statement may write to the services' topics
 * </ul>
 */
final class KsqlCheck {

    private static final Set<String> HEADERS = Set.of(
            DeadLetters.TOPIC,
            DeadLetters.PARTITION,
            DeadLetters.OFFSET,
            DeadLetters.TIMESTAMP,
            DeadLetters.BY,
            DeadLetters.REASON,
            EventHeaders.CE_ID,
            EventHeaders.CE_TYPE,
            EventHeaders.CE_SOURCE,
            EventHeaders.CE_TIME,
            EventHeaders.CE_SPECVERSION,
            EventHeaders.TRACEPARENT,
            EventHeaders.REPLAY);

    /** Keywords of ksqlDB that can't name a column without backticks (those that are likely names). */
    private static final Set<String> RESERVED = Set.of(
            "AT",
            "ALL",
            "CASE",
            "END",
            "FROM",
            "TO",
            "GROUP",
            "BY",
            "TOPIC",
            "STREAM",
            "TABLE",
            "VALUES",
            "QUERY",
            "VIEW",
            "SAMPLE",
            "PROPERTIES",
            "SCRIPT",
            "SIZE",
            "RETENTION",
            "ADVANCE",
            "LIMIT",
            "LEFT",
            "RIGHT",
            "FULL",
            "ON",
            "IN",
            "WITH",
            "WITHIN",
            "WINDOW",
            "ROWTIME",
            "ROWPARTITION",
            "ROWOFFSET",
            "WINDOWSTART",
            "WINDOWEND");

    /** A stream or table that later statements may read. */
    private record Source(
            Map<String, KsqlType> columns, List<String> key, Map<String, String> with, boolean windowed) {}

    private final Function<Topic<?>, Schema> released;
    private final Map<String, Source> sources = new LinkedHashMap<>();
    private final List<String> topics = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Set<String> read = new HashSet<>();
    private String where = "";

    /** @param released returns the schema to read a topic's values with */
    KsqlCheck(Function<Topic<?>, Schema> released) {
        this.released = released;
    }

    /** Checks the next file. */
    KsqlCheck run(String file, String sql) {
        where = file;
        try {
            Parser.statements(sql).forEach(this::statement);
        } catch (IllegalArgumentException notUnderstood) {
            problem(notUnderstood.getMessage());
        }
        return this;
    }

    /** The problems of the files so far, each with its location. */
    List<String> problems() {
        return List.copyOf(problems);
    }

    /** The topics that have a stream or table. */
    List<String> topics() {
        return List.copyOf(topics);
    }

    /** The streams and tables that nothing selects from. */
    List<String> unread() {
        return sources.keySet().stream().filter(name -> !read.contains(name)).toList();
    }

    private void statement(Statement statement) {
        String file = where.replaceFirst(" .*", "");
        switch (statement) {
            case Declared declared -> {
                where = file + " " + declared.name();
                declared(declared);
            }
            case Derived derived -> {
                where = file + " " + derived.name();
                derived(derived);
            }
            case Insert insert -> {
                where = file + " INSERT INTO " + insert.into();
                insert(insert);
            }
            case Select select -> {
                where = file + " SELECT";
                query(select.query(), false);
            }
            case Setting ignored -> {}
        }
        where = file;
    }

    private void declared(Declared declared) {
        Map<String, String> with = declared.with();
        Map<String, KsqlType> columns = new LinkedHashMap<>();
        List<String> key = new ArrayList<>();
        for (Column column : declared.columns()) {
            named(column.name(), columns, column.type());
            if (column.key()) {
                key.add(column.name());
            }
        }
        if (!declared.source()) {
            problem("it is not a SOURCE: ksqlDB could write to the topic");
        }
        if (with.containsKey("PARTITIONS")) {
            problem("PARTITIONS would create a missing topic");
        }
        property(with, "KEY_FORMAT", "KAFKA");
        topic(with.getOrDefault("KAFKA_TOPIC", ""))
                .ifPresentOrElse(
                        topic -> {
                            topics.add(topic.name());
                            if (topic.valueType() == null) {
                                raw(declared);
                            } else {
                                records(declared, topic, columns);
                            }
                        },
                        () -> problem("the catalogue has no topic %s".formatted(with.get("KAFKA_TOPIC"))));
        add(declared.name(), new Source(columns, key, with, false));
    }

    /** Avro values: the key is the catalogue's key field, the columns are fields. */
    private void records(Declared declared, Topic<?> topic, Map<String, KsqlType> columns) {
        property(declared.with(), "VALUE_FORMAT", "AVRO");
        Map<String, KsqlType> fields = KsqlType.of(released.apply(topic)).fields();
        for (Column column : declared.columns()) {
            KsqlType field = fields.get(column.name());
            if (!column.header().isEmpty()) {
                header(column);
            } else if (field == null) {
                problem("column %s is no field of %s".formatted(column.name(), topic.subject()));
            } else if (!field.fits(column.type())) {
                problem("column %s is %s and should be %s".formatted(column.name(), column.type(), field));
            } else {
                columns.put(column.name(), field); // has the enum's symbols
            }
        }
        List<Column> keys = declared.columns().stream().filter(Column::key).toList();
        if (keys.size() != 1
                || !keys.getFirst().name().equals(topic.keyDescription().toUpperCase(Locale.ROOT))) {
            problem("its key should be %s STRING KEY".formatted(topic.keyDescription()));
        }
        String time = declared.with().getOrDefault("TIMESTAMP", "").toUpperCase(Locale.ROOT);
        if (!columns.containsKey(time) || !columns.get(time).name().equals("TIMESTAMP")) {
            problem("its event time should be a TIMESTAMP column, and is %s"
                    .formatted(declared.with().get("TIMESTAMP")));
        }
    }

    /** Raw values: one column of bytes each for key and value, and headers. */
    private void raw(Declared declared) {
        property(declared.with(), "VALUE_FORMAT", "KAFKA");
        for (Column column : declared.columns()) {
            if (!column.type().name().equals("BYTES")) {
                problem("column %s is %s and should be BYTES".formatted(column.name(), column.type()));
            }
            if (!column.header().isEmpty()) {
                header(column);
            }
        }
        if (declared.columns().stream().filter(Column::key).count() != 1
                || declared.columns().stream()
                                .filter(column ->
                                        !column.key() && column.header().isEmpty())
                                .count()
                        != 1) {
            problem("the format KAFKA has one key column and one value column");
        }
    }

    private void header(Column column) {
        if (!column.type().name().equals("BYTES")) {
            problem("header column %s is %s and should be BYTES".formatted(column.name(), column.type()));
        }
        if (!HEADERS.contains(column.header())) {
            problem("no record has the header %s".formatted(column.header()));
        }
    }

    private void derived(Derived derived) {
        Map<String, KsqlType> columns = query(derived.query(), true);
        List<String> key = key(derived.query(), columns);
        property(derived.with(), "VALUE_FORMAT", "JSON");
        property(derived.with(), "KEY_FORMAT", key.size() > 1 ? "JSON" : "KAFKA");
        String topic = derived.with().getOrDefault("KAFKA_TOPIC", "");
        if (!topic.startsWith("ksql.") || topic(topic).isPresent()) {
            problem("its topic should be its own, ksql.*, and is %s".formatted(topic));
        }
        add(
                derived.name(),
                new Source(columns, key, derived.with(), derived.query().windowed()));
    }

    private void insert(Insert insert) {
        Map<String, KsqlType> columns = query(insert.query(), true);
        Source into = sources.get(insert.into());
        if (into == null) {
            problem("there is no stream of that name");
        } else if (topic(into.with().getOrDefault("KAFKA_TOPIC", "")).isPresent()) {
            problem("only the services write to %s".formatted(into.with().get("KAFKA_TOPIC")));
        } else if (!List.copyOf(columns.keySet())
                        .equals(List.copyOf(into.columns().keySet()))
                || !columns.keySet().stream()
                        .allMatch(name -> columns.get(name).fits(into.columns().get(name)))) {
            problem("it selects %s and should select %s".formatted(columns, into.columns()));
        } else if (!key(insert.query(), columns).equals(into.key())) {
            problem("its key is not that of the stream, %s".formatted(into.key()));
        }
    }

    /** The result columns of a query; collects its problems. */
    private Map<String, KsqlType> query(Query query, boolean persistent) {
        Source from = sources.get(query.from());
        if (from == null) {
            problem("there is no stream or table %s".formatted(query.from()));
            return Map.of();
        }
        read.add(query.from());
        Map<String, KsqlType> visible = new LinkedHashMap<>(from.columns());
        visible.put("ROWTIME", KsqlType.of("BIGINT"));
        visible.put("ROWPARTITION", KsqlType.of("INTEGER"));
        visible.put("ROWOFFSET", KsqlType.of("BIGINT"));
        if (from.windowed() || query.windowed()) {
            visible.put("WINDOWSTART", KsqlType.of("BIGINT"));
            visible.put("WINDOWEND", KsqlType.of("BIGINT"));
        }
        Scope scope = new Scope(visible, this::problem);
        scope.check(query.where());
        query.groupBy().forEach(scope::check);
        query.partitionBy().forEach(scope::check);
        Map<String, KsqlType> columns = new LinkedHashMap<>();
        for (Item item : query.items()) {
            if (item.expression().size() == 1 && item.expression().getFirst().is("*")) {
                columns.putAll(from.columns());
                continue;
            }
            scope.check(item.expression());
            grouped(query, item);
            if (item.name().isEmpty()) {
                problem("%s has no name; give it one with AS".formatted(Scope.text(item.expression())));
            } else {
                named(item.name(), columns, scope.type(item.expression()));
            }
        }
        if (!persistent && !query.groupBy().isEmpty()) {
            problem("a pull query can't group; create a table");
        }
        if (!query.groupBy().isEmpty() && "KAFKA".equals(from.with().get("VALUE_FORMAT"))) {
            problem("GROUP BY can't use values of the format KAFKA");
        }
        return columns;
    }

    private void grouped(Query query, Item item) {
        boolean aggregate = item.expression().stream().anyMatch(word -> SqlFunction.named(word.text())
                .filter(SqlFunction::isAggregate)
                .isPresent());
        if (aggregate && query.groupBy().isEmpty()) {
            problem("%s aggregates without GROUP BY".formatted(Scope.text(item.expression())));
        } else if (!aggregate && !query.groupBy().isEmpty() && !query.groupBy().contains(item.expression())) {
            problem("%s is neither aggregated nor grouped by".formatted(Scope.text(item.expression())));
        }
    }

    /** The key columns of a persistent query's result; all must be selected. */
    private List<String> key(Query query, Map<String, KsqlType> columns) {
        Source from = sources.get(query.from());
        List<List<Token>> by = query.groupBy().isEmpty() ? query.partitionBy() : query.groupBy();
        if (by.isEmpty()) {
            List<String> key = from == null ? List.of() : from.key();
            if (!columns.keySet().containsAll(key)) {
                problem("the key %s is not selected".formatted(key));
            }
            return key;
        }
        List<String> key = new ArrayList<>();
        for (List<Token> expression : by) {
            query.items().stream()
                    .filter(item -> item.expression().equals(expression))
                    .findFirst()
                    .ifPresentOrElse(
                            item -> key.add(item.name()),
                            () -> problem("%s is part of the key and not selected".formatted(Scope.text(expression))));
        }
        return key;
    }

    private void named(String name, Map<String, KsqlType> columns, KsqlType type) {
        if (RESERVED.contains(name)) {
            problem("%s is a word of ksqlDB's and can't name a column".formatted(name));
        }
        if (columns.put(name, type) != null) {
            problem("column %s is there twice".formatted(name));
        }
    }

    private void add(String name, Source source) {
        if (sources.put(name, source) != null) {
            problem("the name is taken");
        }
    }

    private void property(Map<String, String> with, String name, String wanted) {
        if (!wanted.equals(with.get(name))) {
            problem("%s should be %s and is %s".formatted(name, wanted, with.get(name)));
        }
    }

    private static Optional<Topic<?>> topic(String name) {
        return Topics.ALL.stream()
                .filter(topic -> topic.name().equals(name))
                .<Topic<?>>map(topic -> topic)
                .findFirst();
    }

    private void problem(String text) {
        problems.add(where + ": " + text);
    }
}
