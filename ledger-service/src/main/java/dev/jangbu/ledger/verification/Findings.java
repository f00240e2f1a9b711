package dev.jangbu.ledger.verification;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects findings: keeps the first ones of each book and counts the others. */
public final class Findings {

    private static final int KEPT_PER_BOOK = 20;

    private final List<Finding> kept = new ArrayList<>();
    private long count;

    /** Adds a finding; see {@link Finding}. The description is formatted with the arguments. */
    void add(int book, long no, String description, @Nullable Object... arguments) {
        Finding finding = new Finding(book, no, description.formatted(arguments));
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

    /** The number of findings, including those not kept. */
    public long count() {
        return count;
    }

    /** The kept findings, ordered by book. */
    public List<Finding> first() {
        return kept.stream().sorted(Finding.ORDER).toList();
    }
}
