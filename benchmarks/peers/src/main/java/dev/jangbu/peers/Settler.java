package dev.jangbu.peers;

import dev.jangbu.contract.SettlementRequested;
import java.util.List;

/**
 * A way to settle requests in PostgreSQL: the wallet's balance and the journal with its lines, once for each settlement,
 * whatever Kafka delivers twice.
 */
sealed interface Settler permits OptimisticLocking, AtomicUpdate, SetBased {

    /** How many requests are asked of the broker at a time. */
    int pollRecords();

    /** Settles requests of one partition, in their order; returns when they are committed. */
    void settle(List<SettlementRequested> requests);
}
