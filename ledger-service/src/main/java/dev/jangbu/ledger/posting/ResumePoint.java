package dev.jangbu.ledger.posting;

import java.util.OptionalLong;

/**
 * The offset from which a book is read, decided from two offsets that move independently: the group's (Kafka) moves
 * with the postings, the book's (PostgreSQL) moves with the journals.
 */
sealed interface ResumePoint {

    /** A new book: the group's offset 0 is committed first. */
    record Start() implements ResumePoint {}

    /**
     * Read from {@code position}. Records below the book's offset are in the database: only their postings are
     * published. Records below {@code groupOffset} have their postings published: they are only written to the
     * database.
     */
    record Resume(long position, long groupOffset) implements ResumePoint {}

    /** The offsets contradict each other: an operator must decide. */
    record Stop(String reason) implements ResumePoint {}

    /**
     * Decides by these rules:
     *
     * <ul>
     *   <li>Group offset missing, book's missing or 0: start.
     *   <li>Group offset missing, book's above 0: stop. The published postings are unknown.
     *   <li>Otherwise: read from the lower one. The book's is lower if the database was restored to an earlier state,
     *       or if only transaction markers lie between the two.
     * </ul>
     *
     * @param groupOffset committed by the group
     * @param bookOffset the first offset that is not in the database
     */
    static ResumePoint decide(OptionalLong groupOffset, OptionalLong bookOffset) {
        long next = bookOffset.orElse(0);
        if (groupOffset.isPresent()) {
            return new Resume(Math.min(groupOffset.getAsLong(), next), groupOffset.getAsLong());
        }
        if (next > 0) {
            return new Stop("The group's offset is missing while the book is at offset " + next
                    + ": the published postings are unknown. If Kafka was lost: ./jangbu restore wallets");
        }
        return new Start();
    }
}
