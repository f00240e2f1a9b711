package dev.jangbu.settlement.runtime;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The service's settings, {@code jangbu.*}, with their defaults. Each is set by an environment variable, for instance
 * {@code JANGBU_STATE_DIR}. Settings that correctness depends on are constants in {@link StreamsConfigFactory}.
 *
 * @param kafka bootstrap servers
 * @param registry the schema registry's base URL
 * @param stateDir the directory of the state stores; it may be deleted, Kafka has all data
 * @param applicationServer the host:port at which other instances reach this instance's wallet reads
 * @param applicationId the group id and prefix of the changelogs; new topics or partition counts need a new one
 * @param replicationFactor the changelogs' replication factor: 1 on one machine, 3 in production
 * @param streamThreads the number of stream threads; more than one does not help on two cores
 * @param standbyReplicas the number of copies of each store on other instances
 * @param sessionTimeout the time after which other instances take over the partitions of a silent one; at least the
 *     broker's {@code group.min.session.timeout.ms}
 * @param transactionTimeout the time after which the broker aborts the transaction of a frozen instance; until then
 *     {@code read_committed} readers wait
 */
@ConfigurationProperties("jangbu")
public record SettlementSettings(
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
