package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.Topics;
import java.util.List;

/**
 * How records are read and written, and what has to be done before the first one is.
 *
 * @param serdes of the topics' values
 * @param resolve looks the schemas up, so that no payment waits for the registry later; throws {@link
 *     dev.jangbu.contract.RegistryUnavailableException} while it does not give one
 */
public record Schemas(RecordSerdes serdes, Runnable resolve) {

    /** Those of a running system, from its registry. */
    static Schemas of(AvroSerdes serdes) {
        return new Schemas(serdes, () -> List.of(
                        Topics.SETTLEMENT_REQUESTS,
                        Topics.LEDGER_ENTRIES,
                        Topics.LEDGER_POSTINGS,
                        Topics.SETTLEMENT_COMPLETIONS)
                .forEach(serdes::warm));
    }

    void warm() {
        resolve.run();
    }
}
