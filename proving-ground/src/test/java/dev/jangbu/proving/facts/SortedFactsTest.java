package dev.jangbu.proving.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sorting on disk, against sorting in memory. */
class SortedFactsTest {

    @TempDir
    Path directory;

    @Test
    void anyNumberOfRunsGivesWhatSortingInMemoryGives() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            Map<String, Map<String, Long>> expected = new TreeMap<>();
            try (SortedFacts cards = new SortedFacts(directory, 200 + random.nextInt(2_000), 2 + random.nextInt(4))) {
                int count = random.nextInt(500);
                for (int i = 0; i < count; i++) {
                    String key = "k" + random.nextInt(60);
                    String text = "장부 " + random.nextInt(4);
                    cards.add(key, text);
                    expected.computeIfAbsent(key, k -> new TreeMap<>()).merge(text, 1L, Long::sum);
                }
                try (Facts sorted = cards.sorted()) {
                    assertThat(all(sorted)).as("seed %d, round %d", seed, round).isEqualTo(flat(expected));
                }
            }
            assertThat(directory).isEmptyDirectory();
        }
    }

    @Test
    void whatIsSaidTwiceIsOneCardThatCounts() throws Exception {
        try (SortedFacts cards = new SortedFacts(directory)) {
            cards.add("b", "one");
            cards.add("a", "other");
            cards.add("b", "one");

            assertThat(all(cards.sorted())).containsExactly(new Fact("a", "other", 1), new Fact("b", "one", 2));
        }
    }

    @Test
    void bothSidesMeetAtEachKey() throws Exception {
        List<String> met = new ArrayList<>();

        Merge.join(
                of(new Fact("a", "1", 1), new Fact("c", "1", 2), new Fact("c", "2", 1)),
                of(new Fact("b", "1", 1), new Fact("c", "1", 2), new Fact("c", "2", 1)),
                (key, left, right) -> met.add(key + left + right + left.equals(right)));

        assertThat(met).containsExactly("a[1]nothingfalse", "bnothing[1]false", "c2 times [1] [2]2 times [1] [2]true");
    }

    @Test
    void evidenceThatIsNotInOrderIsNoEvidence() {
        assertThatThrownBy(() ->
                        Merge.join(of(new Fact("b", "1", 1), new Fact("a", "1", 1)), of(), (key, left, right) -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'a' comes after 'b'");
    }

    /** Eight million cards of 120 characters are more than this JVM's heap: with maps, this would not end well. */
    @Test
    @Tag("proof")
    void cardsThatTheHeapCouldNotHoldAreSorted() throws Exception {
        int count = 8_000_000;
        Random random = new Random(7);
        try (SortedFacts cards = new SortedFacts(directory)) {
            for (int i = 0; i < count; i++) {
                cards.add(Long.toHexString(random.nextLong()), "x".repeat(120));
            }
            long seen = 0;
            String before = "";
            try (Facts sorted = cards.sorted()) {
                for (Fact card = sorted.next(); card != null; card = sorted.next()) {
                    assertThat(card.key().compareTo(before)).isNotNegative();
                    before = card.key();
                    seen += card.times();
                }
            }
            assertThat(seen).isEqualTo(count);
        }
    }

    private static List<Fact> flat(Map<String, Map<String, Long>> texts) {
        List<Fact> cards = new ArrayList<>();
        texts.forEach((key, said) -> said.forEach((text, times) -> cards.add(new Fact(key, text, times))));
        return cards;
    }

    private static List<Fact> all(Facts cards) throws Exception {
        List<Fact> all = new ArrayList<>();
        for (Fact card = cards.next(); card != null; card = cards.next()) {
            all.add(card);
        }
        return all;
    }

    private static Facts of(Fact... cards) {
        Iterator<Fact> left = List.of(cards).iterator();
        return new Facts() {
            @Override
            public @Nullable Fact next() {
                return left.hasNext() ? left.next() : null;
            }

            @Override
            public void close() {}
        };
    }
}
