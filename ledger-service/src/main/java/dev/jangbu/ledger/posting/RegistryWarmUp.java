package dev.jangbu.ledger.posting;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Topics;
import java.util.Objects;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Resolves the schemas from the registry. */
final class RegistryWarmUp implements SchemaWarmUp {

    private final AvroSerdes serdes;
    private @Nullable Serde<LedgerEntry> entries;
    private @Nullable Serde<LedgerPosted> postings;

    RegistryWarmUp(AvroSerdes serdes) {
        this.serdes = serdes;
    }

    @Override
    public void run() {
        entries = serdes.warm(Topics.LEDGER_ENTRIES);
        postings = serdes.warm(Topics.LEDGER_POSTINGS);
    }

    @Override
    public Deserializer<LedgerEntry> entries() {
        return Objects.requireNonNull(entries, "run() first").deserializer();
    }

    @Override
    public Serializer<LedgerPosted> postings() {
        return Objects.requireNonNull(postings, "run() first").serializer();
    }
}
