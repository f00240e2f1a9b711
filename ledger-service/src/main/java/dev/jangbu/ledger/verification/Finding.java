package dev.jangbu.ledger.verification;

import java.util.Comparator;

/**
 * A difference.
 *
 * @param book the book; {@link #NO_BOOK} if it concerns no single book
 * @param no the journal's number; 0 if it concerns the whole book
 * @param description the difference with the values of both sides
 */
public record Finding(int book, long no, String description) {

    /** Sorts after all books: such a difference may follow from one in a book. */
    static final int NO_BOOK = Integer.MAX_VALUE;

    /** By book and journal. Differences of a whole book come last, since they may follow from those of journals. */
    static final Comparator<Finding> ORDER = Comparator.comparingInt(Finding::book)
            .thenComparing(finding -> finding.no() == 0 ? Long.MAX_VALUE : finding.no());

    /** The line of a report. */
    public String text() {
        if (book == NO_BOOK) {
            return description;
        }
        return no == 0
                ? "book " + book + ": " + description
                : "journal " + no + " of book " + book + ": " + description;
    }
}
