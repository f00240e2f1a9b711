package dev.jangbu.proving.cards;

import java.util.Comparator;

/**
 * What one witness says of one thing, in a form that another witness of the same would choose too: they agree if their cards
 * are equal.
 *
 * @param key what it is about, for instance a settlement's id
 * @param text what is said
 * @param times how often it was said
 */
public record Card(String key, String text, long times) {

    /** By key, then by text: equal statements lie side by side. */
    static final Comparator<Card> ORDER = Comparator.comparing(Card::key).thenComparing(Card::text);

    boolean saysTheSameAs(Card other) {
        return key.equals(other.key) && text.equals(other.text);
    }

    Card and(Card other) {
        return new Card(key, text, Math.addExact(times, other.times));
    }
}
