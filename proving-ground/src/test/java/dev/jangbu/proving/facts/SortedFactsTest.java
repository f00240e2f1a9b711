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

/** Compares sorting on disk with sorting in memory. */
class SortedFactsTest {

    @TempDir
    Path directory;

    @Test
    void anyNumberOfRunsGivesTheSameResultAsSortingInMemory() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            Map<String, Map<String, Long>> expected = new TreeMap<>();
            try (SortedFacts facts = new SortedFacts(directory, 200 + random.nextInt(2_000), 2 + random.nextInt(4))) {
                int count = random.nextInt(500);
                for (int i = 0; i < count; i++) {
                    String key = "k" + random.nextInt(60);
                    String text = "장부 " + random.nextInt(4);
                    facts.add(key, text);
                    expected.computeIfAbsent(key, k -> new TreeMap<>()).merge(text, 1L, Long::sum);
                }
                try (Facts sorted = facts.sorted()) {
                    assertThat(all(sorted)).as("seed %d, round %d", seed, round).isEqualTo(flat(expected));
                }
            }
            assertThat(directory).isEmptyDirectory();
        }
    }

    @Test
    void equalFactsBecomeOneWithTheirCount() throws Exception {
        try (SortedFacts facts = new SortedFacts(directory)) {
            facts.add("b", "one");
            facts.add("a", "other");
            facts.add("b", "one");

            assertThat(all(facts.sorted())).containsExactly(new Fact("a", "other", 1), new Fact("b", "one", 2));
        }
    }

    @Test
    void bothSidesAreJoinedByKey() throws Exception {
        List<String> met = new ArrayList<>();

        MergeJoin.join(
                of(new Fact("a", "1", 1), new Fact("c", "1", 2), new Fact("c", "2", 1)),
                of(new Fact("b", "1", 1), new Fact("c", "1", 2), new Fact("c", "2", 1)),
                (key, left, right) -> met.add(key + left + right + left.equals(right)));

        assertThat(met).containsExactly("a[1]nothingfalse", "bnothing[1]false", "c2 times [1] [2]2 times [1] [2]true");
    }

    @Test
    void unsortedFactsAreRejected() {
        assertThatThrownBy(() -> MergeJoin.join(
                        of(new Fact("b", "1", 1), new Fact("a", "1", 1)), of(), (key, left, right) -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'a' comes after 'b'");
    }

    /** Eight million facts of 120 characters exceed this JVM's heap. */
    @Test
    @Tag("proof")
    void factsBeyondTheHeapAreSorted() throws Exception {
        int count = 8_000_000;
        Random random = new Random(7);
        try (SortedFacts facts = new SortedFacts(directory)) {
            for (int i = 0; i < count; i++) {
                facts.add(Long.toHexString(random.nextLong()), "x".repeat(120));
            }
            long total = 0;
            String before = "";
            try (Facts sorted = facts.sorted()) {
                for (Fact fact = sorted.next(); fact != null; fact = sorted.next()) {
                    assertThat(fact.key().compareTo(before)).isNotNegative();
                    before = fact.key();
                    total += fact.count();
                }
            }
            assertThat(total).isEqualTo(count);
        }
    }

    private static List<Fact> flat(Map<String, Map<String, Long>> texts) {
        List<Fact> facts = new ArrayList<>();
        texts.forEach((key, counts) -> counts.forEach((text, count) -> facts.add(new Fact(key, text, count))));
        return facts;
    }

    private static List<Fact> all(Facts facts) throws Exception {
        List<Fact> all = new ArrayList<>();
        for (Fact fact = facts.next(); fact != null; fact = facts.next()) {
            all.add(fact);
        }
        return all;
    }

    private static Facts of(Fact... facts) {
        Iterator<Fact> remaining = List.of(facts).iterator();
        return new Facts() {
            @Override
            public @Nullable Fact next() {
                return remaining.hasNext() ? remaining.next() : null;
            }

            @Override
            public void close() {}
        };
    }
}
