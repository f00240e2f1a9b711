package dev.jangbu.ledger.posting;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerPosted;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/** Schemas without a registry: see {@link dev.jangbu.contract.FixedIdSerdes}. */
record FixedIdSchemas() implements SchemaWarmUp {

    @Override
    public void run() {}

    @Override
    public Deserializer<LedgerEntry> entries() {
        return EntryRecords.ENTRIES.deserializer();
    }

    @Override
    public Serializer<LedgerPosted> postings() {
        return EntryRecords.POSTINGS.serializer();
    }
}
