package dev.jangbu.ledger.book;

import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * An entry in its place in the book.
 *
 * @param book the partition of ledger.entries that the entry came from
 * @param no the journal's number in its book: 1, 2, 3 and so on, without a gap
 * @param hash see {@link JournalHash}
 * @param postedAt when this service wrote it, in milliseconds; outside hash and equality of content
 */
public record Journal(Entry entry, int book, long no, ByteBuffer hash, Instant postedAt) {

    public Journal {
        hash = hash.asReadOnlyBuffer();
    }
}
