package dev.jangbu.settlement.wallet;

import java.time.Duration;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * How many entries the desk of a partition has emitted: the number that the last one's journal has, or will have, in its
 * book. Written with the wallet that moved, so that whoever reads this count first and a wallet then, reads the wallet
 * with all of these entries in it.
 */
public final class EntryCount {

    /** Its key in the store {@code wallet-desk-clock}. */
    public static final String KEY = "entries";

    private final KeyValueStore<String, Long> counts;
    private final KeyValueStore<String, Wallet> wallets;

    EntryCount(KeyValueStore<String, Long> counts, KeyValueStore<String, Wallet> wallets) {
        this.counts = counts;
        this.wallets = wallets;
    }

    /**
     * Sees to it that there is a count before the first entry too. State of a release that did not count yet has none; then,
     * once, it is the sum of the wallets' versions, each of which counts the entries of one.
     */
    void beginOn(ProcessorContext<?, ?> context) {
        if (counts.get(KEY) != null) {
            return;
        }
        // Stores can be written from here on, but not in init itself, which belongs to no record.
        Cancellable[] once = new Cancellable[1];
        once[0] = context.schedule(Duration.ofMillis(1), PunctuationType.WALL_CLOCK_TIME, now -> {
            if (counts.get(KEY) == null) {
                counts.put(KEY, sumOfVersions());
            }
            once[0].cancel();
        });
    }

    /** One entry more; to be called after its wallet was put. */
    void countOne() {
        Long before = counts.get(KEY);
        counts.put(KEY, before == null ? sumOfVersions() : Math.addExact(before, 1));
    }

    private long sumOfVersions() {
        long entries = 0;
        try (KeyValueIterator<String, Wallet> all = wallets.all()) {
            while (all.hasNext()) {
                KeyValue<String, Wallet> next = all.next();
                entries = Math.addExact(entries, next.value.version());
            }
        }
        return entries;
    }
}
