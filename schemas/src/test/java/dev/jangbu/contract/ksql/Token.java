package dev.jangbu.contract.ksql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A token of a statement.
 *
 * @param text the normalised text: names in upper case unless in backticks, string literals as they are without quotes
 * @param kind the kind of the token
 */
record Token(String text, Kind kind) {

    enum Kind {
        NAME,
        STRING,
        NUMBER,
        SYMBOL
    }

    private static final Pattern TOKEN = Pattern.compile("(?<blank>\\s+|--[^\\n]*)"
            + "|'(?<string>(?:[^']|'')*)'"
            + "|`(?<quoted>[^`]+)`"
            + "|(?<name>[A-Za-z_][A-Za-z0-9_]*)"
            + "|(?<number>[0-9]+)"
            + "|(?<symbol>->|<=|>=|<>|!=|[-+*/%=<>(),;.])");

    /**
     * The tokens of a text without its comments.
     *
     * @throws IllegalArgumentException at a character that starts no token
     */
    static List<Token> all(String text) {
        List<Token> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        for (int at = 0; at < text.length(); at = matcher.end()) {
            matcher.region(at, text.length());
            if (!matcher.lookingAt()) {
                throw new IllegalArgumentException(
                        "Not a word of SQL: " + text.substring(at, Math.min(text.length(), at + 20)));
            }
            if (matcher.group("string") != null) {
                tokens.add(new Token(matcher.group("string").replace("''", "'"), Kind.STRING));
            } else if (matcher.group("quoted") != null) {
                tokens.add(new Token(matcher.group("quoted"), Kind.NAME));
            } else if (matcher.group("name") != null) {
                tokens.add(new Token(matcher.group("name").toUpperCase(Locale.ROOT), Kind.NAME));
            } else if (matcher.group("number") != null) {
                tokens.add(new Token(matcher.group("number"), Kind.NUMBER));
            } else if (matcher.group("symbol") != null) {
                tokens.add(new Token(matcher.group("symbol"), Kind.SYMBOL));
            }
        }
        return tokens;
    }

    boolean is(String word) {
        return kind != Kind.STRING && text.equals(word);
    }

    @Override
    public String toString() {
        return kind == Kind.STRING ? "'" + text + "'" : text;
    }
}
