package dev.jangbu.settlement.runtime;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What an operator decides. What correctness depends on is in {@link StreamsSettings} instead.
 *
 * @param kafka bootstrap servers
 * @param registry the schema registry's base URL
 * @param stateDir the directory of the state stores; a copy of what Kafka has, so it may be lost
 * @param applicationServer host:port under which the other instances reach this one's wallet reads
 * @param applicationId group id and prefix of the changelogs; a new generation of topics takes a new one
 * @param replicationFactor of the changelogs: 1 on one machine, 3 in production
 * @param streamThreads threads that process; more than one does not help on two cores
 * @param standbyReplicas copies of each store kept warm on other instances
 * @param sessionTimeout how long the group waits for an instance that is silent before others take its partitions over; not
 *     below the broker's {@code group.min.session.timeout.ms}
 * @param transactionTimeout after which the broker aborts what a frozen instance has begun; until then readers of committed
 *     records wait for it
 */
@ConfigurationProperties("jangbu")
public record SettlementProperties(
        @DefaultValue("127.0.0.1:9092") String kafka,
        @DefaultValue("http://127.0.0.1:8084") URI registry,
        @DefaultValue(".jangbu/streams") Path stateDir,
        @DefaultValue("127.0.0.1:8081") String applicationServer,
        @DefaultValue("jangbu-settlement") String applicationId,
        @DefaultValue("1") int replicationFactor,
        @DefaultValue("1") int streamThreads,
        @DefaultValue("0") int standbyReplicas,
        @DefaultValue("6s") Duration sessionTimeout,
        @DefaultValue("10s") Duration transactionTimeout) {}
