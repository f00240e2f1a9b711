package dev.jangbu.proving.facts;

import java.util.Comparator;

/**
 * One fact about one key, as a source of the audit states it, in a canonical form: two sources agree if their facts
 * are equal.
 *
 * @param key the subject, for instance a settlement's id
 * @param text the statement
 * @param count how often the source states it
 */
public record Fact(String key, String text, long count) {

    /** By key, then by text. */
    static final Comparator<Fact> ORDER = Comparator.comparing(Fact::key).thenComparing(Fact::text);

    boolean hasSameContent(Fact other) {
        return key.equals(other.key) && text.equals(other.text);
    }

    /** This fact, counted as often as both. */
    Fact plusCountOf(Fact other) {
        return new Fact(key, text, Math.addExact(count, other.count));
    }
}
