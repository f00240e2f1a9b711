package dev.jangbu.ledger.posting;

import java.util.OptionalLong;

/**
 * From where a book is read, decided from its two offsets: the group's, in Kafka, moves with the postings; the book's, in
 * PostgreSQL, moves with the journals. Neither is trusted to say what the other says.
 */
sealed interface Opening {

    /** A book without any journal or offset: the group's offset 0 is committed before anything else. */
    record Begin() implements Opening {}

    /**
     * Read from {@code position}. Records below the book's offset are in the book, and only their postings are sent
     * again; records below {@code groupOffset} have their postings sent, and are at most written again.
     */
    record Resume(long position, long groupOffset) implements Opening {}

    /** Only a person can say what has happened. */
    record Stop(String reason) implements Opening {}

    /**
     * Decides. A book that has seen records has had a group offset since its beginning: if that is missing, the postings
     * that were sent cannot be told from those that were not. A group offset beyond the book's means that the database
     * was restored to an earlier state (or that only markers of transactions lie between): read again from there.
     *
     * @param groupOffset as committed by the group
     * @param bookOffset the first offset that the book has not seen
     */
    static Opening decide(OptionalLong groupOffset, OptionalLong bookOffset) {
        long next = bookOffset.orElse(0);
        if (groupOffset.isPresent()) {
            return new Resume(Math.min(groupOffset.getAsLong(), next), groupOffset.getAsLong());
        }
        if (next > 0) {
            return new Stop("The group's offset is missing while the book is at offset " + next
                    + ": which postings were sent is unknown");
        }
        return new Begin();
    }
}
