package dev.jangbu.contract.ksql;

import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * Compares the names in SQL files with the topics and the released schemas: topics, keys, columns, their types, headers,
 * symbols of enums, and the columns of derived streams and tables. It reads the statements with patterns, which expect
 * keywords in upper case and names as in Avro; it isn't a parser, and reports a statement of another shape.
 */
final class KsqlCheck {

    private static final Pattern DECLARED =
            Pattern.compile("CREATE SOURCE STREAM IF NOT EXISTS (\\w+) \\((.*)\\) WITH \\((.*)\\)");
    private static final Pattern QUERY = Pattern.compile("(?:CREATE (?:STREAM|TABLE) IF NOT EXISTS (\\w+)"
            + " WITH \\(KAFKA_TOPIC = 'ksql\\.[a-z-]+', KEY_FORMAT = '(?:KAFKA|JSON)', VALUE_FORMAT = 'JSON'\\) AS "
            + "|INSERT INTO (\\w+) )?SELECT (.+) FROM (\\w+)\\b(.*)");
    private static final Pattern COMPARED = Pattern.compile("(?:=|<>) '([^']*)'");
    private static final Pattern ALIAS = Pattern.compile(" AS (\\w+)");
    private static final Pattern FIELD = Pattern.compile("->(\\w+)");
    /** A name has a lower-case letter, other than a keyword or a function. */
    private static final Pattern NAME = Pattern.compile("[\\w`]*[a-z][\\w`]*");

    private static final Set<String> HEADERS = Set.of(
            DeadLetters.TOPIC,
            DeadLetters.PARTITION,
            DeadLetters.OFFSET,
            DeadLetters.TIMESTAMP,
            DeadLetters.BY,
            DeadLetters.CAUSE,
            DeadLetters.REASON);

    private final Function<Topic<?>, Schema> released;
    private final Map<String, Set<String>> columns = new HashMap<>();
    private final Set<String> structFields = new HashSet<>();
    private final Set<String> symbols = new HashSet<>();
    private final Set<String> topics = new TreeSet<>();
    private final Set<String> unread = new TreeSet<>();
    private final Set<String> derived = new HashSet<>();
    private final List<String> problems = new ArrayList<>();

    /** @param released returns the schema to read a topic's values with */
    KsqlCheck(Function<Topic<?>, Schema> released) {
        this.released = released;
    }

    /** Checks the next file. */
    KsqlCheck run(String sql) {
        for (String statement :
                sql.replaceAll("--.*", "").replaceAll("\\s+", " ").split(";", -1)) {
            String text = statement.strip();
            Matcher declared = DECLARED.matcher(text);
            Matcher query = QUERY.matcher(text);
            if (declared.matches()) {
                declare(declared.group(1), declared.group(2), declared.group(3));
            } else if (query.matches()) {
                query(query);
            } else if (!text.isEmpty() && !text.startsWith("SET ")) {
                problems.add("not understood: " + text);
            }
        }
        return this;
    }

    List<String> problems() {
        return problems;
    }

    /** The topics that have a stream. */
    Set<String> topics() {
        return topics;
    }

    /** The streams and tables that nothing selects from. */
    Set<String> unread() {
        return unread;
    }

    private void declare(String stream, String columnList, String with) {
        Optional<Topic<?>> declared = Topics.ALL.stream()
                .filter(topic -> with.contains("KAFKA_TOPIC = '" + topic.name() + "'"))
                .findFirst();
        require(declared.isPresent(), stream, "has no topic of the catalogue");
        declared.ifPresent(topic -> {
            topics.add(topic.name());
            boolean avro = topic.valueType() != null;
            Set<String> allowed = avro ? avroColumns(topic) : Set.of();
            Set<String> names = new LinkedHashSet<>();
            boolean keyed = false;
            // Commas within a type are followed by its closing bracket.
            for (String column : columnList.strip().split(" *,(?![^<]*>) *", -1)) {
                names.add(column.split(" ", 2)[0]);
                keyed |= column.endsWith(" KEY");
                boolean fits = avro
                        ? allowed.contains(column)
                        : column.matches("\\w+ BYTES( KEY)?")
                                || HEADERS.stream().anyMatch(name -> column.endsWith(" BYTES HEADER('" + name + "')"));
                require(fits, stream, "has a column that its topic does not have: " + column);
            }
            require(keyed, stream, "has no key");
            String time = with.replaceAll(".*, TIMESTAMP = '(\\w+)' ?", "$1");
            require(!avro || allowed.contains(time + " TIMESTAMP"), stream, "has no TIMESTAMP column as event time");
            String formats = "', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = '"
                    + (avro ? "AVRO', TIMESTAMP = '" + time : "KAFKA") + "'";
            require(with.strip().equals("KAFKA_TOPIC = '" + topic.name() + formats), stream, "has other settings");
            add(stream, names);
        });
    }

    /** The columns that a stream may have, as they must be declared. */
    private Set<String> avroColumns(Topic<?> topic) {
        return released.apply(topic).getFields().stream()
                .map(field -> field.name() + " " + type(field.schema())
                        + (field.name().equals(topic.keyDescription()) ? " KEY" : ""))
                .collect(Collectors.toSet());
    }

    /** The type of a schema in ksqlDB's Avro format. Collects the symbols and the fields of nested records. */
    private String type(Schema schema) {
        return switch (schema.getType()) {
            case STRING -> "STRING";
            case ENUM -> {
                symbols.addAll(schema.getEnumSymbols());
                yield "STRING";
            }
            case BOOLEAN -> "BOOLEAN";
            case INT -> "INTEGER";
            case LONG -> schema.getLogicalType() instanceof LogicalTypes.TimestampMillis ? "TIMESTAMP" : "BIGINT";
            case BYTES, FIXED -> "BYTES";
            case ARRAY -> "ARRAY<" + type(schema.getElementType()) + ">";
            case RECORD -> {
                schema.getFields().forEach(field -> structFields.add(field.name()));
                yield schema.getFields().stream()
                        .map(field -> field.name() + " " + type(field.schema()))
                        .collect(Collectors.joining(", ", "STRUCT<", ">"));
            }
            case UNION ->
                schema.getTypes().stream()
                        .filter(branch -> branch.getType() != Schema.Type.NULL)
                        .map(this::type)
                        .collect(Collectors.joining());
            case MAP, NULL, DOUBLE, FLOAT ->
                throw new IllegalArgumentException("Unsupported column type " + schema.getType());
        };
    }

    private void query(MatchResult query) {
        String text = query.group(3) + query.group(5);
        String from = query.group(4);
        unread.remove(from);
        Set<String> known = new HashSet<>(columns.getOrDefault(from, Set.of()));
        require(!known.isEmpty(), from, "is no stream or table");
        require(symbols.containsAll(all(COMPARED, text)), from, "is compared with a text that is no enum's symbol");
        require(structFields.containsAll(all(FIELD, text)), from, "has no such field: " + all(FIELD, text));
        known.addAll(all(ALIAS, text));
        String names = text.replaceAll("'[^']*'|->\\w+", "");
        require(known.containsAll(all(NAME, names)), from, "has not all columns of " + all(NAME, names));
        // Commas within a function are followed by its closing parenthesis.
        Set<String> selected = new LinkedHashSet<>();
        for (String item : query.group(3).split(",(?![^(]*\\))", -1)) {
            selected.add(item.replaceAll(".*\\W", ""));
        }
        if (query.group(1) != null) {
            add(query.group(1), selected);
            derived.add(query.group(1));
        } else if (query.group(2) != null) {
            boolean fits = derived.contains(query.group(2)) && selected.equals(columns.get(query.group(2)));
            require(fits, query.group(2), "cannot take " + selected);
        }
    }

    private void add(String name, Set<String> names) {
        require(columns.put(name, names) == null, name, "is defined twice");
        unread.add(name);
    }

    private void require(boolean holds, String subject, String problem) {
        if (!holds) {
            problems.add(subject + " " + problem);
        }
    }

    private static Set<String> all(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(match -> match.group(match.groupCount()))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
