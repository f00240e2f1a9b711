package dev.jangbu.proving.facts;

import java.util.Comparator;

/**
 * What one witness says of one thing, in a form that another witness of the same would choose too: they agree if their cards
 * are equal.
 *
 * @param key what it is about, for instance a settlement's id
 * @param text what is said
 * @param times how often it was said
 */
public record Fact(String key, String text, long times) {

    /** By key, then by text: equal statements lie side by side. */
    static final Comparator<Fact> ORDER = Comparator.comparing(Fact::key).thenComparing(Fact::text);

    boolean saysTheSameAs(Fact other) {
        return key.equals(other.key) && text.equals(other.text);
    }

    Fact and(Fact other) {
        return new Fact(key, text, Math.addExact(times, other.times));
    }
}
