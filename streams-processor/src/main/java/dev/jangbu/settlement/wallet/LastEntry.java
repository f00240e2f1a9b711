package dev.jangbu.settlement.wallet;

import dev.jangbu.contract.LedgerEntry;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Compares the restored stores of a partition with the last record of its partition of {@code ledger.entries}. */
@FunctionalInterface
public interface LastEntry {

    /** Compares nothing, for topologies without a broker. */
    LastEntry UNCHECKED = (partition, condition) -> {};

    /**
     * @param condition receives the last committed entry, null if there is none
     * @throws dev.jangbu.settlement.state.LostStateException if the condition does not hold
     */
    void require(int partition, Predicate<@Nullable LedgerEntry> condition);
}
