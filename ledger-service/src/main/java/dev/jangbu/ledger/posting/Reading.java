package dev.jangbu.ledger.posting;

import dev.jangbu.ledger.book.Entry;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What a record of ledger.entries turned out to be. */
sealed interface Reading {

    /** The record as it came. */
    ConsumerRecord<byte[], byte[]> record();

    default long offset() {
        return record().offset();
    }

    /** An entry, for the database to judge. */
    record EntryRead(ConsumerRecord<byte[], byte[]> record, Entry entry) implements Reading {}

    /**
     * No entry, and never will be one: it goes to the dead letters and its book goes on. If a real entry was destroyed
     * this way, the database refuses the same wallet's next one for the gap in its versions, which stops the book.
     */
    record Poison(ConsumerRecord<byte[], byte[]> record, String reason) implements Reading {}

    /** An entry that this version can't post, for instance of a kind it does not know: stops the book. */
    record Unpostable(ConsumerRecord<byte[], byte[]> record, String reason) implements Reading {}
}
