package dev.jangbu.ledger.command;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.Topic;
import dev.jangbu.ledger.database.Snapshot;
import java.net.URI;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * Addresses and passwords of an installation, from the service's environment variables.
 *
 * @param kafka the brokers, host:port, comma-separated
 * @param postgres the database server, host:port
 * @param auditPassword of the role jangbu_audit, which reads
 * @param ownerPassword of the role jangbu_owner; only for rebuild
 * @param ledgerPassword of the role jangbu_ledger; only for rebuild
 */
public record Installation(
        String kafka,
        String postgres,
        String auditPassword,
        String ownerPassword,
        String ledgerPassword,
        RecordSerdes serdes,
        Clock clock) {

    /** Reads {@code JANGBU_KAFKA}, {@code JANGBU_REGISTRY}, {@code JANGBU_POSTGRES} and {@code JANGBU_…_PASSWORD}. */
    public static Installation of(Map<String, String> environment, Clock clock) {
        return new Installation(
                environment.getOrDefault("JANGBU_KAFKA", "127.0.0.1:9092"),
                environment.getOrDefault("JANGBU_POSTGRES", "127.0.0.1:15432"),
                environment.getOrDefault("JANGBU_AUDIT_PASSWORD", ""),
                environment.getOrDefault("JANGBU_OWNER_PASSWORD", ""),
                environment.getOrDefault("JANGBU_LEDGER_PASSWORD", ""),
                new AvroSerdes(URI.create(environment.getOrDefault("JANGBU_REGISTRY", "http://127.0.0.1:8084"))),
                clock);
    }

    /** Opens a topic in large batches: latency does not matter here. */
    CommittedTopic open(Topic<?> topic) {
        return CommittedTopic.open(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka,
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000,
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000),
                topic.name(),
                CommittedTopic.STALL_TIMEOUT);
    }

    /** Connects to a database as the role that reads. */
    Snapshot snapshot(String database) throws SQLException {
        return Snapshot.open(postgres, database, auditPassword);
    }

    /** Without the passwords. */
    @Override
    public String toString() {
        return "Installation[kafka=%s, postgres=%s]".formatted(kafka, postgres);
    }
}
