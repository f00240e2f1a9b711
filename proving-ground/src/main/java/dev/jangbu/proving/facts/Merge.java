package dev.jangbu.proving.facts;

import java.io.IOException;
import java.sql.SQLException;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Walks two witnesses' cards side by side, key by key. */
public final class Merge {

    /**
     * How many different statements on one key are kept, at the most: nothing here has more than 100 lines, so that what comes
     * beyond is part of a contradiction anyhow.
     */
    static final int MOST_PER_KEY = 1_000;

    private Merge() {}

    /** Sees what both say of one key. */
    @FunctionalInterface
    public interface Judge {
        void judge(String key, Said left, Said right) throws IOException, SQLException;
    }

    /**
     * Passes each key on that one of them has, in ascending order, and closes both.
     *
     * @throws IllegalStateException if one of them isn't in ascending order: then nothing that was compared would count
     */
    public static void join(Facts left, Facts right, Judge judge) throws IOException, SQLException {
        try (Groups lefts = new Groups(left);
                Groups rights = new Groups(right)) {
            while (lefts.key() != null || rights.key() != null) {
                String key = smaller(lefts.key(), rights.key());
                judge.judge(key, lefts.take(key), rights.take(key));
            }
        }
    }

    private static String smaller(@Nullable String one, @Nullable String other) {
        if (one == null || other == null) {
            String present = one == null ? other : one;
            if (present == null) {
                throw new IllegalStateException("both have ended");
            }
            return present;
        }
        return one.compareTo(other) <= 0 ? one : other;
    }

    /** The cards of one source, taken key by key. */
    private static final class Groups implements AutoCloseable {

        private final Facts cards;
        private @Nullable Fact head;

        Groups(Facts cards) throws IOException, SQLException {
            this.cards = cards;
            this.head = cards.next();
        }

        @Nullable
        String key() {
            return head == null ? null : head.key();
        }

        Said take(String key) throws IOException, SQLException {
            TreeMap<String, Long> texts = new TreeMap<>();
            while (head != null && head.key().equals(key)) {
                if (texts.size() < MOST_PER_KEY) {
                    texts.merge(head.text(), head.times(), Math::addExact);
                }
                Fact next = cards.next();
                if (next != null && next.key().compareTo(key) < 0) {
                    throw new IllegalStateException(
                            "Evidence isn't in order: '%s' comes after '%s'".formatted(next.key(), key));
                }
                head = next;
            }
            return new Said(texts);
        }

        @Override
        public void close() throws IOException, SQLException {
            cards.close();
        }
    }
}
