package dev.jangbu.proving.facts;

import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * All facts of one source about one key.
 *
 * @param texts how often the source states each text
 */
public record FactGroup(SortedMap<String, Long> texts) {

    /** Whether the source states nothing about the key. */
    public boolean isEmpty() {
        return texts.isEmpty();
    }

    /** The number of facts, repetitions included. */
    public long count() {
        return texts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Whether there is exactly one distinct text, stated once or repeatedly. */
    public boolean isSingle() {
        return texts.size() == 1;
    }

    /** Whether this source states each text of the other at least as often. */
    public boolean containsAll(FactGroup other) {
        return other.texts.entrySet().stream()
                .allMatch(entry -> texts.getOrDefault(entry.getKey(), 0L) >= entry.getValue());
    }

    /**
     * The first text in ascending order.
     *
     * @throws java.util.NoSuchElementException if the group is empty
     */
    public String text() {
        return texts.firstKey();
    }

    /** As the audit's report quotes it: {@code nothing}, {@code [text]} or {@code 2 times [text]}. */
    @Override
    public String toString() {
        return isEmpty()
                ? "nothing"
                : texts.entrySet().stream()
                        .map(entry -> entry.getValue() == 1
                                ? "[" + entry.getKey() + "]"
                                : entry.getValue() + " times [" + entry.getKey() + "]")
                        .collect(Collectors.joining(" "));
    }
}
