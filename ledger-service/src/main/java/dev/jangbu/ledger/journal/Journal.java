package dev.jangbu.ledger.journal;

import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * An entry that is posted to a book.
 *
 * @param book the partition of ledger.entries that the entry came from
 * @param no the journal's number in its book, from 1, without a gap
 * @param hash see {@link JournalHash}
 * @param postedAt when this service wrote it, in milliseconds; not part of the hash
 */
public record Journal(Entry entry, int book, long no, ByteBuffer hash, Instant postedAt) {

    public Journal {
        hash = hash.asReadOnlyBuffer();
    }
}
