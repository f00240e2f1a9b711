package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.Topics;
import java.util.List;

/**
 * The serdes, and the step that resolves their schemas before the first record.
 *
 * @param serdes the serdes of the topics' values
 * @param resolve resolves every schema, so that no payment waits for the registry later; throws {@link
 *     dev.jangbu.contract.RegistryUnavailableException} if the registry does not return one
 */
public record Schemas(RecordSerdes serdes, Runnable resolve) {

    /** The serdes of a running system, with its registry. */
    static Schemas of(AvroSerdes serdes) {
        return new Schemas(serdes, () -> List.of(
                        Topics.SETTLEMENT_REQUESTS,
                        Topics.LEDGER_ENTRIES,
                        Topics.LEDGER_POSTINGS,
                        Topics.SETTLEMENT_COMPLETIONS)
                .forEach(serdes::warm));
    }

    /** Resolves every schema. */
    void warm() {
        resolve.run();
    }
}
