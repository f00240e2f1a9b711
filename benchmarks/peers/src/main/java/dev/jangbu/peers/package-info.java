/**
 * What a user would build instead of Jangbu, written as well as we can: a peer that is slow by our hand proves nothing.
 * Each runs as a process of its own, is told by lines what to do ({@link dev.jangbu.peers.Orders}), and is measured by
 * {@code ./jangbu bench}.
 *
 * <ul>
 *   <li>{@link dev.jangbu.peers.SqlPeer}: Spring Kafka listeners that settle in PostgreSQL, in three ways
 *   <li>{@link dev.jangbu.peers.Engine}: Kafka Streams, with our topology and with one that does nothing
 * </ul>
 */
@NullMarked
package dev.jangbu.peers;

import org.jspecify.annotations.NullMarked;
