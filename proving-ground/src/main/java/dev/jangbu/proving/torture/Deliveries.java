package dev.jangbu.proving.torture;

import dev.jangbu.contract.EventHeaders;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** How many requests came, how many of them again, and what the wallet desk made of them. */
final class Deliveries {

    /** Of more settlements than these, the oldest are forgotten; were one of them sent again, it would count as new. */
    private static final int REMEMBERED = 1_000_000;

    private final Set<UUID> ids = Collections.newSetFromMap(new LinkedHashMap<UUID, Boolean>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });
    private long requests;
    private long again;
    private long poison;
    private long entries;
    private long refused;
    private long completions;
    private long lastNewAt;

    /** Takes note of a record of {@code settlement.requests}. */
    synchronized void request(ConsumerRecord<byte[], byte[]> record) {
        String id = EventHeaders.text(record.headers(), EventHeaders.CE_ID);
        if (record.headers().lastHeader(Poison.HEADER) != null || id == null) {
            poison++;
            return;
        }
        requests++;
        if (ids.add(UUID.fromString(id))) {
            lastNewAt = System.nanoTime();
        } else {
            again++;
        }
    }

    /** Takes note of a record of {@code ledger.entries}. */
    synchronized void entry() {
        entries++;
    }

    synchronized void completion(boolean rejected) {
        completions++;
        if (rejected) {
            refused++;
        }
    }

    /** Requests that came, poison apart. */
    synchronized long requests() {
        return requests;
    }

    /** Of them, those that had come before. */
    synchronized long again() {
        return again;
    }

    /** Requests that were read and decided neither way: the desk dropped them. */
    synchronized long dropped() {
        return requests - entries - refused;
    }

    synchronized long completions() {
        return completions;
    }

    synchronized long poison() {
        return poison;
    }

    /** Whether a request that never came before was read after a moment in {@link System#nanoTime()}. */
    synchronized boolean newSince(long nanos) {
        return lastNewAt - nanos > 0;
    }
}
