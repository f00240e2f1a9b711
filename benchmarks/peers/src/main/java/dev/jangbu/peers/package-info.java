/**
 * Alternatives to Jangbu that a user might build, written to be as fast as possible so that the comparison is fair.
 * Each runs as a process of its own, takes commands on standard input ({@link dev.jangbu.peers.CommandLine}) and is
 * measured by {@code ./jangbu bench}.
 *
 * <ul>
 *   <li>{@link dev.jangbu.peers.SqlPeer}: Spring Kafka listeners that settle in PostgreSQL, with three strategies
 *   <li>{@link dev.jangbu.peers.Engine}: Kafka Streams with Jangbu's topology and with a pass-through topology
 * </ul>
 */
@NullMarked
package dev.jangbu.peers;

import org.jspecify.annotations.NullMarked;
