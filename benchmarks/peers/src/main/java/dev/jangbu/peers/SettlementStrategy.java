package dev.jangbu.peers;

import dev.jangbu.contract.SettlementRequested;
import java.util.List;

/**
 * Settles requests in PostgreSQL: updates the wallet's balance and writes the journal with its lines, once per
 * settlement, even if Kafka delivers a request twice.
 */
sealed interface SettlementStrategy permits OptimisticLocking, AtomicUpdate, SetBased {

    /** The value of {@code max.poll.records}. */
    int maxPollRecords();

    /** Settles requests of one partition in order; returns after the commit. */
    void settle(List<SettlementRequested> requests);
}
