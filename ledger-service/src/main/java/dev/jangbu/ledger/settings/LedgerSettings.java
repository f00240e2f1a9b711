package dev.jangbu.ledger.settings;

import java.net.URI;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the operator sets, under {@code jangbu} in application.yaml.
 *
 * @param kafka the brokers, host:port, comma-separated
 * @param registry the schema registry's base URL
 * @param postgres the database server, host:port
 * @param ownerPassword of the role jangbu_owner, which runs the migrations
 * @param ledgerPassword of the role jangbu_ledger, which does everything else
 * @param instance names this instance: no two that run at the same time may share it, and one that comes back should
 *     keep it, so that Kafka ends what it left open
 * @param maxBatchEntries the most entries that are read at once, of all books
 * @param writerThreads how many books are written to at a time, each by a thread and a connection of its own
 */
@ConfigurationProperties("jangbu")
public record LedgerSettings(
        String kafka,
        URI registry,
        String postgres,
        String ownerPassword,
        String ledgerPassword,
        String instance,
        @DefaultValue("4000") int maxBatchEntries,
        @DefaultValue("4") int writerThreads) {

    /** Without the passwords. */
    @Override
    public String toString() {
        return "LedgerSettings[kafka=%s, registry=%s, postgres=%s, instance=%s, maxBatchEntries=%d, writerThreads=%d]"
                .formatted(kafka, registry, postgres, instance, maxBatchEntries, writerThreads);
    }
}
