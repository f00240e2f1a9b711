package dev.jangbu.proving.torture;

import dev.jangbu.contract.EventHeaders;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Counts requests, duplicates, and the decisions of the wallet processor. Thread-safe. */
final class DeliveryCounter {

    /** Maximum number of remembered ids; a duplicate of an older one counts as new. */
    private static final int MAX_IDS = 1_000_000;

    private final Set<UUID> ids = Collections.newSetFromMap(new LinkedHashMap<UUID, Boolean>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Boolean> eldest) {
            return size() > MAX_IDS;
        }
    });
    private long requests;
    private long duplicates;
    private long entries;
    private long rejections;
    private long lastNewAt;

    /** Counts a record of {@code settlement.requests}. */
    synchronized void request(ConsumerRecord<byte[], byte[]> record) {
        String id = EventHeaders.text(record.headers(), EventHeaders.CE_ID);
        if (record.headers().lastHeader(Poison.HEADER) != null || id == null) {
            return;
        }
        requests++;
        if (ids.add(UUID.fromString(id))) {
            lastNewAt = System.nanoTime();
        } else {
            duplicates++;
        }
    }

    /** Counts a record of {@code ledger.entries}. */
    synchronized void entry() {
        entries++;
    }

    /** Counts a completion of a rejected request. */
    synchronized void rejection() {
        rejections++;
    }

    /** Requests without poison records. */
    synchronized long requests() {
        return requests;
    }

    /** Duplicate requests. */
    synchronized long duplicates() {
        return duplicates;
    }

    /** Requests that were neither settled nor rejected: dropped as duplicates. */
    synchronized long dropped() {
        return requests - entries - rejections;
    }

    /** True if a new request was read after this {@link System#nanoTime()}. */
    synchronized boolean hasNewSince(long nanos) {
        return lastNewAt - nanos > 0;
    }
}
