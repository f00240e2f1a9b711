package dev.jangbu.proving.facts;

import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * What one witness says of one key.
 *
 * @param texts each statement, and how often it was made
 */
public record Said(SortedMap<String, Long> texts) {

    /** Whether it says nothing of the key. */
    public boolean nothing() {
        return texts.isEmpty();
    }

    /** How many statements there are, repetitions included. */
    public long count() {
        return texts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Whether there is one statement, made once or repeated word for word. */
    public boolean oneThing() {
        return texts.size() == 1;
    }

    /** Whether it makes every statement that another makes, as often at the least. */
    public boolean covers(Said other) {
        return other.texts.entrySet().stream()
                .allMatch(said -> texts.getOrDefault(said.getKey(), 0L) >= said.getValue());
    }

    /**
     * The first statement.
     *
     * @throws java.util.NoSuchElementException if there is none
     */
    public String text() {
        return texts.firstKey();
    }

    /** For people. */
    @Override
    public String toString() {
        return nothing()
                ? "nothing"
                : texts.entrySet().stream()
                        .map(said -> said.getValue() == 1
                                ? "[" + said.getKey() + "]"
                                : said.getValue() + " times [" + said.getKey() + "]")
                        .collect(Collectors.joining(" "));
    }
}
