package dev.jangbu.ledger.posting;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerPosted;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/** Resolves the schemas of posting at start-up, so that posting does not depend on the registry later. */
interface SchemaWarmUp {

    /** @throws dev.jangbu.contract.RegistryUnavailableException if the registry fails or lacks a schema */
    void run();

    Deserializer<LedgerEntry> entries();

    Serializer<LedgerPosted> postings();
}
