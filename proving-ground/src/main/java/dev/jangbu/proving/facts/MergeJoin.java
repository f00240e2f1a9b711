package dev.jangbu.proving.facts;

import java.io.IOException;
import java.sql.SQLException;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Joins the facts of two sources by key. Both come in ascending order of keys, so each is read once. */
public final class MergeJoin {

    /** Distinct texts of one key that are kept. Nothing here has more than 100 lines; more is a violation anyway. */
    static final int MAX_TEXTS_PER_KEY = 1_000;

    private MergeJoin() {}

    /** Receives the facts of both sources about one key. */
    @FunctionalInterface
    public interface Visitor {
        void visit(String key, FactGroup left, FactGroup right) throws IOException, SQLException;
    }

    /**
     * Visits each key that at least one source has, in ascending order, and closes both sources.
     *
     * @throws IllegalStateException if a source is not in ascending order of keys: the comparison would be void
     */
    public static void join(Facts left, Facts right, Visitor visitor) throws IOException, SQLException {
        try (GroupedFacts lefts = new GroupedFacts(left);
                GroupedFacts rights = new GroupedFacts(right)) {
            while (lefts.key() != null || rights.key() != null) {
                String key = smaller(lefts.key(), rights.key());
                visitor.visit(key, lefts.take(key), rights.take(key));
            }
        }
    }

    private static String smaller(@Nullable String one, @Nullable String other) {
        if (one == null || other == null) {
            String present = one == null ? other : one;
            if (present == null) {
                throw new IllegalStateException("Both sources are at their end");
            }
            return present;
        }
        return one.compareTo(other) <= 0 ? one : other;
    }

    /** The facts of one source, taken key by key. */
    private static final class GroupedFacts implements AutoCloseable {

        private final Facts facts;
        private @Nullable Fact head;

        GroupedFacts(Facts facts) throws IOException, SQLException {
            this.facts = facts;
            this.head = facts.next();
        }

        @Nullable
        String key() {
            return head == null ? null : head.key();
        }

        FactGroup take(String key) throws IOException, SQLException {
            TreeMap<String, Long> texts = new TreeMap<>();
            while (head != null && head.key().equals(key)) {
                if (texts.size() < MAX_TEXTS_PER_KEY) {
                    texts.merge(head.text(), head.count(), Math::addExact);
                }
                Fact next = facts.next();
                if (next != null && next.key().compareTo(key) < 0) {
                    throw new IllegalStateException(
                            "Facts are not in order: '%s' comes after '%s'".formatted(next.key(), key));
                }
                head = next;
            }
            return new FactGroup(texts);
        }

        @Override
        public void close() throws IOException, SQLException {
            facts.close();
        }
    }
}
