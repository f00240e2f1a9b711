package dev.jangbu.api.continuity;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the database server says.
 *
 * @param server the server's cluster and start
 * @param timeline null on a standby
 * @param lsn WAL position in bytes since 0/0; null on a standby
 * @param hasExpectedMark whether the table has the expected mark, sequence and nonce
 * @param hasPayments whether there is any payment
 * @param acknowledged the newest sequence that Kafka had acknowledged half a minute ago, according to the table; 0: none
 * @param missingRequests how many of the requests on Kafka have no row in the outbox
 */
record ServerState(
        Server server,
        @Nullable Integer timeline,
        @Nullable Long lsn,
        boolean hasExpectedMark,
        boolean hasPayments,
        long acknowledged,
        long missingRequests) {

    /**
     * One start of one server. A database can go back only while its server is stopped.
     *
     * @param database the database's name
     * @param systemIdentifier the cluster
     * @param startedAt the server's start
     */
    record Server(String database, long systemIdentifier, Instant startedAt) {}
}
