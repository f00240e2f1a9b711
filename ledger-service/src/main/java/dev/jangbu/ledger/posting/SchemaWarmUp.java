package dev.jangbu.ledger.posting;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerPosted;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/** The schemas that posting needs, resolved before it begins, so that it does not wait for the registry while it works. */
interface SchemaWarmUp {

    /** @throws dev.jangbu.contract.RegistryUnavailableException when the registry doesn't give them (yet) */
    void run();

    Deserializer<LedgerEntry> entries();

    Serializer<LedgerPosted> postings();
}
