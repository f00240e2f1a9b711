package dev.jangbu.contract.ksql;

import dev.jangbu.contract.ksql.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The columns that an expression may name: those of the source of its query.
 *
 * @param columns by name, pseudo columns among them
 * @param problems receives the problems
 */
record Scope(Map<String, KsqlType> columns, Consumer<String> problems) {

    private static final Set<String> WORDS = Set.of(
            "CASE", "WHEN", "THEN", "ELSE", "END", "AND", "OR", "NOT", "NULL", "IS", "LIKE", "IN", "BETWEEN", "CAST");

    private static final Set<String> COMPARISONS = Set.of("=", "<>", "!=", "<", "<=", ">", ">=");

    /** Checks every name in an expression. */
    void check(List<Token> words) {
        for (int i = 0; i < words.size(); i++) {
            Token word = words.get(i);
            if (word.is("AS")) {
                i++; // the type that is cast to
            } else if (word.kind() == Kind.NAME && !WORDS.contains(word.text())) {
                if (i + 1 < words.size() && words.get(i + 1).is("(")) {
                    call(word.text(), argument(words, i + 1));
                } else {
                    int end = endOfPath(words, i);
                    comparison(path(words.subList(i, end), problems), words, i, end);
                    i = end - 1;
                }
            }
        }
    }

    /** The type of an expression, or ANY. */
    KsqlType type(List<Token> words) {
        Token first = words.getFirst();
        if (words.size() == 1 && first.kind() == Kind.NUMBER) {
            return KsqlType.of("INTEGER");
        }
        if (words.size() == 1 && first.kind() == Kind.STRING) {
            return KsqlType.of("STRING");
        }
        if (first.kind() == Kind.NAME && endOfPath(words, 0) == words.size()) {
            return path(words, ignored -> {});
        }
        if (words.size() > 3 && words.get(1).is("(") && argument(words, 1).size() == words.size() - 3) {
            List<Token> argument = argument(words, 1);
            if (first.is("CAST")) {
                return KsqlType.of(argument.getLast().text());
            }
            return SqlFunction.named(first.text())
                    .map(function -> function.gives(type(firstOf(argument))))
                    .orElse(KsqlType.ANY);
        }
        return KsqlType.ANY;
    }

    private void call(String name, List<Token> arguments) {
        SqlFunction.named(name)
                .ifPresentOrElse(
                        function -> {
                            if (!arguments.isEmpty() && !function.takes(type(firstOf(arguments)))) {
                                problems.accept("%s does not take %s, which is %s"
                                        .formatted(name, text(firstOf(arguments)), type(firstOf(arguments))));
                            }
                        },
                        () -> problems.accept("there is no function %s that this check knows".formatted(name)));
    }

    private KsqlType path(List<Token> words, Consumer<String> report) {
        KsqlType type = columns.get(words.getFirst().text());
        if (type == null) {
            report.accept("there is no column %s; there are %s"
                    .formatted(words.getFirst(), String.join(", ", columns.keySet())));
            return KsqlType.ANY;
        }
        for (int i = 2; i < words.size(); i += 2) {
            KsqlType field = type.fields().get(words.get(i).text());
            if (field == null) {
                report.accept("there is no field %s in %s, which is %s"
                        .formatted(words.get(i), text(words.subList(0, i - 1)), type));
                return KsqlType.ANY;
            }
            type = field;
        }
        return type;
    }

    /** A text compared with an enum must be one of its symbols. */
    private void comparison(KsqlType type, List<Token> words, int start, int end) {
        if (end + 1 >= words.size() || !COMPARISONS.contains(words.get(end).text())) {
            return;
        }
        Token with = words.get(end + 1);
        String column = text(words.subList(start, end));
        if (with.kind() == Kind.STRING
                && !type.symbols().isEmpty()
                && !type.symbols().contains(with.text())) {
            problems.accept("%s is never %s; it is one of %s".formatted(column, with, type.symbols()));
        } else if ((with.kind() == Kind.STRING && !type.fits(KsqlType.of("STRING")))
                || (with.kind() == Kind.NUMBER && type.name().equals("STRING"))) {
            problems.accept("%s is %s and is compared with %s".formatted(column, type, with));
        }
    }

    /** The tokens between the bracket at {@code open} and its closing bracket. */
    private static List<Token> argument(List<Token> words, int open) {
        int depth = 0;
        for (int i = open; i < words.size(); i++) {
            depth += words.get(i).is("(") ? 1 : words.get(i).is(")") ? -1 : 0;
            if (depth == 0) {
                return words.subList(open + 1, i);
            }
        }
        throw new IllegalArgumentException("A bracket is not closed: " + text(words));
    }

    private static List<Token> firstOf(List<Token> arguments) {
        List<Token> first = new ArrayList<>();
        int depth = 0;
        for (Token token : arguments) {
            if (token.is(",") && depth == 0) {
                break;
            }
            depth += token.is("(") ? 1 : token.is(")") ? -1 : 0;
            first.add(token);
        }
        return first;
    }

    private static int endOfPath(List<Token> words, int start) {
        int end = start + 1;
        while (end + 1 < words.size() && words.get(end).is("->")) {
            end += 2;
        }
        return end;
    }

    static String text(List<Token> words) {
        return String.join(" ", words.stream().map(Token::toString).toList()).replace(" -> ", "->");
    }
}
