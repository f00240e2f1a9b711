package dev.jangbu.ledger.proof;

import java.util.ArrayList;
import java.util.List;

/** What was found, the first ones in full and the others counted. */
public final class Findings {

    private static final int KEPT_PER_BOOK = 20;

    private final List<Finding> kept = new ArrayList<>();
    private long count;

    void add(int book, long no, String what) {
        Finding finding = new Finding(book, no, what);
        count++;
        kept.add(finding);
        List<Finding> ofBook = kept.stream()
                .filter(other -> other.book() == book)
                .sorted(Finding.ORDER)
                .toList();
        if (ofBook.size() > KEPT_PER_BOOK) {
            kept.remove(ofBook.getLast());
        }
    }

    /** How many there are, also of those that are not kept. */
    public long count() {
        return count;
    }

    /** The first of each book, in the books' order. */
    public List<Finding> first() {
        return kept.stream().sorted(Finding.ORDER).toList();
    }
}
