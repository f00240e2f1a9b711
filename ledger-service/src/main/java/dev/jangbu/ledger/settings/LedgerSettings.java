package dev.jangbu.ledger.settings;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The operator's settings, bound from {@code jangbu.*} and from environment variables such as {@code JANGBU_KAFKA}.
 *
 * @param kafka the brokers: host:port, comma-separated
 * @param registry the schema registry's base URL
 * @param postgres the database server: host:port
 * @param ownerPassword of the role jangbu_owner, which runs the migrations
 * @param ledgerPassword of the role jangbu_ledger, which posts and reads
 * @param instance part of the Kafka transactional id: unique among running instances, and the same after a restart, so
 *     that Kafka ends the open transaction of the previous run. If empty, {@link #instanceName} derives it.
 * @param maxBatchEntries the most entries that one poll returns, over all books
 * @param writerThreads how many books are written in parallel, each by one thread and one connection
 * @param settlementApplicationId the application id of streams-processor, whose progress a proof of absence reads
 */
@ConfigurationProperties("jangbu")
public record LedgerSettings(
        @DefaultValue("127.0.0.1:9092") String kafka,
        @DefaultValue("http://127.0.0.1:8084") URI registry,
        @DefaultValue("127.0.0.1:15432") String postgres,
        @DefaultValue("") String ownerPassword,
        @DefaultValue("") String ledgerPassword,
        @DefaultValue("") String instance,
        @DefaultValue("4000") int maxBatchEntries,
        @DefaultValue("4") int writerThreads,
        @DefaultValue("jangbu-settlement") String settlementApplicationId) {

    /**
     * The configured instance name, or the host's name and the port: instances on one machine differ by port.
     * {@code $HOSTNAME} is not used: bash does not export it.
     *
     * @throws IllegalStateException if no name is configured and the host has none
     */
    public String instanceName(int port) {
        if (!instance.isBlank()) {
            return instance;
        }
        try {
            return InetAddress.getLocalHost().getHostName() + "-" + port;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("The host has no name: set JANGBU_INSTANCE", e);
        }
    }

    /** Without the passwords. */
    @Override
    public String toString() {
        return "LedgerSettings[kafka=%s, registry=%s, postgres=%s, instance=%s, maxBatchEntries=%d, writerThreads=%d]"
                .formatted(kafka, registry, postgres, instance, maxBatchEntries, writerThreads);
    }
}
