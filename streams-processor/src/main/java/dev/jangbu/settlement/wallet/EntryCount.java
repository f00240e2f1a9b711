package dev.jangbu.settlement.wallet;

import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * Counts the entries that a partition has emitted. The count is the journal number of the last entry in the partition's
 * book. It is written after the wallet: a reader that reads the count first and a wallet then gets the wallet with all
 * counted entries.
 */
public final class EntryCount {

    static final String KEY = "entries";

    private EntryCount() {}

    /** The number of emitted entries, from the store {@link WalletProcessor#PROGRESS}. */
    public static long of(ReadOnlyKeyValueStore<String, Long> progress) {
        Long count = progress.get(KEY);
        return count == null ? 0 : count;
    }

    /** Counts one entry. Call it after the wallet was put. */
    static void increment(KeyValueStore<String, Long> progress) {
        progress.put(KEY, Math.addExact(of(progress), 1));
    }
}
