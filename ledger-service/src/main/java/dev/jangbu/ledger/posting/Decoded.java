package dev.jangbu.ledger.posting;

import dev.jangbu.ledger.journal.Entry;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A classified record of ledger.entries. */
sealed interface Decoded {

    /** The record as consumed. */
    ConsumerRecord<byte[], byte[]> record();

    default long offset() {
        return record().offset();
    }

    /** A well-formed entry. The database checks its content. */
    record EntryRecord(ConsumerRecord<byte[], byte[]> record, Entry entry) implements Decoded {}

    /**
     * Not an entry: it goes to the dead letters, and its book continues. If it was a corrupted entry, the database
     * refuses the wallet's next entry because of the version gap, which stops the book.
     */
    record Poison(ConsumerRecord<byte[], byte[]> record, String reason) implements Decoded {}

    /** An entry that this version does not support, for instance of an unknown kind. It stops the book. */
    record UnsupportedEntry(ConsumerRecord<byte[], byte[]> record, String reason) implements Decoded {}
}
