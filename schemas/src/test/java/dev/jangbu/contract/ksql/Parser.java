package dev.jangbu.contract.ksql;

import dev.jangbu.contract.ksql.Statement.Column;
import dev.jangbu.contract.ksql.Statement.Item;
import dev.jangbu.contract.ksql.Statement.Query;
import dev.jangbu.contract.ksql.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Parses the part of ksqlDB's SQL that the files use. Refuses everything else, so that no statement goes unchecked.
 */
final class Parser {

    private static final Set<String> CLAUSES =
            Set.of("FROM", "WINDOW", "WHERE", "GROUP", "PARTITION", "HAVING", "EMIT", "LIMIT", ";");

    private final List<Token> tokens;
    private int next;

    private Parser(List<Token> tokens) {
        this.tokens = tokens;
    }

    /**
     * The statements of a file.
     *
     * @throws IllegalArgumentException for unsupported SQL
     */
    static List<Statement> statements(String sql) {
        Parser parser = new Parser(Token.all(sql));
        List<Statement> statements = new ArrayList<>();
        while (parser.next < parser.tokens.size()) {
            statements.add(parser.statement());
            parser.expect(";");
        }
        return statements;
    }

    private Statement statement() {
        if (accept("SET")) {
            String name = string();
            expect("=");
            return new Statement.Setting(name, string());
        }
        if (accept("INSERT")) {
            expect("INTO");
            return new Statement.Insert(name(), query());
        }
        if (accept("CREATE")) {
            boolean source = accept("SOURCE");
            if (!accept("STREAM")) {
                expect("TABLE");
            }
            if (accept("IF")) {
                expect("NOT");
                expect("EXISTS");
            }
            String name = name();
            if (peek("(")) {
                List<Column> columns = columns();
                return new Statement.Declared(name, source, columns, with());
            }
            Map<String, String> with = with();
            expect("AS");
            return new Statement.Derived(name, with, query());
        }
        return new Statement.Select(query());
    }

    private List<Column> columns() {
        List<Column> columns = new ArrayList<>();
        expect("(");
        do {
            String name = name();
            KsqlType type = type();
            boolean key = accept("PRIMARY") ? expect("KEY") : accept("KEY");
            String header = "";
            if (accept("HEADER")) {
                expect("(");
                header = string();
                expect(")");
            }
            columns.add(new Column(name, type, key, header));
        } while (accept(","));
        expect(")");
        return columns;
    }

    private KsqlType type() {
        String name = name();
        return switch (name) {
            case "ARRAY" -> {
                expect("<");
                KsqlType items = type();
                expect(">");
                yield KsqlType.array(items);
            }
            case "STRUCT" -> {
                Map<String, KsqlType> fields = new LinkedHashMap<>();
                expect("<");
                do {
                    fields.put(name(), type());
                } while (accept(","));
                expect(">");
                yield KsqlType.struct(fields);
            }
            case "VARCHAR" -> KsqlType.of("STRING");
            case "INT" -> KsqlType.of("INTEGER");
            case "STRING", "INTEGER", "BIGINT", "DOUBLE", "BOOLEAN", "BYTES", "TIMESTAMP", "DATE", "TIME" ->
                KsqlType.of(name);
            default -> throw refused("a type");
        };
    }

    private Map<String, String> with() {
        Map<String, String> with = new LinkedHashMap<>();
        expect("WITH");
        expect("(");
        do {
            String name = name();
            expect("=");
            with.put(name, take().text());
        } while (accept(","));
        expect(")");
        return with;
    }

    private Query query() {
        expect("SELECT");
        List<Item> items = list().stream().map(Parser::item).toList();
        expect("FROM");
        String from = name();
        boolean windowed = accept("WINDOW");
        if (windowed) {
            expect("TUMBLING");
            upTo(CLAUSES);
        }
        List<Token> where = accept("WHERE") ? upTo(CLAUSES) : List.of();
        List<List<Token>> partitionBy = by("PARTITION");
        List<List<Token>> groupBy = by("GROUP");
        if (accept("EMIT")) {
            expect("CHANGES");
        }
        if (accept("LIMIT")) {
            take();
        }
        return new Query(items, from, windowed, where, groupBy, partitionBy);
    }

    private List<List<Token>> by(String clause) {
        if (!accept(clause)) {
            return List.of();
        }
        expect("BY");
        return list();
    }

    /** A comma-separated list of expressions, up to the next clause. */
    private List<List<Token>> list() {
        List<List<Token>> expressions = new ArrayList<>();
        List<Token> expression = new ArrayList<>();
        int depth = 0;
        for (Token token : upTo(CLAUSES)) {
            depth += token.is("(") ? 1 : token.is(")") ? -1 : 0;
            if (token.is(",") && depth == 0) {
                expressions.add(expression);
                expression = new ArrayList<>();
            } else {
                expression.add(token);
            }
        }
        expressions.add(expression);
        return expressions;
    }

    private static Item item(List<Token> words) {
        int size = words.size();
        if (size > 2 && words.get(size - 2).is("AS")) {
            return new Item(words.subList(0, size - 2), words.get(size - 1).text());
        }
        return new Item(
                words,
                size == 1 && words.getFirst().kind() == Kind.NAME
                        ? words.getFirst().text()
                        : "");
    }

    private List<Token> upTo(Set<String> ends) {
        int start = next;
        int depth = 0;
        while (next < tokens.size()) {
            Token token = tokens.get(next);
            depth += token.is("(") ? 1 : token.is(")") ? -1 : 0;
            if (depth == 0 && token.kind() != Kind.STRING && ends.contains(token.text())) {
                break;
            }
            next++;
        }
        return tokens.subList(start, next);
    }

    private boolean peek(String word) {
        return next < tokens.size() && tokens.get(next).is(word);
    }

    private boolean accept(String word) {
        boolean found = peek(word);
        next += found ? 1 : 0;
        return found;
    }

    private boolean expect(String word) {
        if (!accept(word)) {
            throw refused(word);
        }
        return true;
    }

    private Token take() {
        if (next == tokens.size()) {
            throw refused("more");
        }
        return tokens.get(next++);
    }

    private String name() {
        return take(Kind.NAME, "a name");
    }

    private String string() {
        return take(Kind.STRING, "a text in quotes");
    }

    private String take(Kind kind, String expected) {
        if (next == tokens.size() || tokens.get(next).kind() != kind) {
            throw refused(expected);
        }
        return take().text();
    }

    private IllegalArgumentException refused(String expected) {
        List<Token> around = tokens.subList(Math.max(0, next - 6), Math.min(tokens.size(), next + 3));
        return new IllegalArgumentException("Expected %s at: %s"
                .formatted(
                        expected,
                        String.join(" ", around.stream().map(Token::toString).toList())));
    }
}
