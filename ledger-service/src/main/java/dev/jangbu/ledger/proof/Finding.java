package dev.jangbu.ledger.proof;

import java.util.Comparator;

/**
 * Something that differs.
 *
 * @param book the book it is in; {@link #NO_BOOK} for what is of all books
 * @param no the journal's number; 0 for what is of the book as a whole
 * @param what what differs, with both sides of it
 */
public record Finding(int book, long no, String what) {

    /** After all books: what is of none of them may follow from what is in one. */
    static final int NO_BOOK = Integer.MAX_VALUE;

    /** In a book's order; what is of the whole book comes last, since it follows from what comes before. */
    static final Comparator<Finding> ORDER = Comparator.comparingInt(Finding::book)
            .thenComparing(finding -> finding.no() == 0 ? Long.MAX_VALUE : finding.no());

    /** As a line of a report. */
    public String text() {
        if (book == NO_BOOK) {
            return what;
        }
        return no == 0 ? "book " + book + ": " + what : "journal " + no + " of book " + book + ": " + what;
    }
}
