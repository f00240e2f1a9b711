package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.DeadLetters;
import dev.jangbu.settlement.SettlementMetrics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Every setting of Kafka Streams that is not left at its default, beside its reason. */
public final class StreamsSettings {

    private StreamsSettings() {}

    /** The configuration of the topology and of the client that runs it. */
    public static StreamsConfig of(SettlementProperties properties, SettlementMetrics metrics) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, properties.applicationId());
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, properties.kafka());
        settings.put(StreamsConfig.STATE_DIR_CONFIG, properties.stateDir().toString());
        settings.put(StreamsConfig.APPLICATION_SERVER_CONFIG, properties.applicationServer());
        exactlyOnce(settings, properties);
        group(settings, properties);
        errors(settings, metrics);
        memory(settings);
        return new StreamsConfig(settings);
    }

    private static void exactlyOnce(Map<String, Object> settings, SettlementProperties properties) {
        // A wallet, its entry and the offset of the request are one transaction. Everything else rests on this.
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        // What a buyer waits for twice (entry, completion). From a commit in PostgreSQL to a committed output: 100 ms
        // gave p50 65 ms, 20 ms gave 15; 10 ms gave no less, and a quarter less throughput.
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 20);
        // How long a frozen instance keeps readers of committed records waiting, at most. Far above the
        // commit interval.
        settings.put(
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                Math.toIntExact(Duration.ofSeconds(10).toMillis()));
        // A commit flushes anyway; what is ready before it need not wait for it.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 5);
        // A dead letter is longer than the record that it holds.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), DeadLetters.MAX_BYTES);
        // Lost offsets must never skip a request. Reading again is safe: the desk drops what it has seen and sets aside
        // what it is too late to know.
        settings.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, properties.replicationFactor());
        settings.put(
                StreamsConfig.topicPrefix(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG),
                properties.replicationFactor() >= 3 ? 2 : 1);
        // A store's name is its changelog's: one that Kafka Streams invents would move with the next change.
        settings.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    }

    private static void group(Map<String, Object> settings, SettlementProperties properties) {
        // The new protocol ("streams") said RUNNING and processed nothing for 20 s on this version.
        settings.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
        // After a kill, the group waits this long for the dead: 5 s to run again instead of 44 with the default
        // of 45 s. 6 s is the least that a broker accepts by default.
        settings.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6_000);
        settings.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 1_500);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, properties.streamThreads());
        settings.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, properties.standbyReplicas());
    }

    private static void errors(Map<String, Object> settings, SettlementMetrics metrics) {
        settings.put(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, PoisonToDeadLetters.class);
        settings.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, PoisonToDeadLetters.class);
        settings.put(PoisonToDeadLetters.METRICS, metrics);
    }

    private static void memory(Map<String, Object> settings) {
        // The cache spares the changelog: one write per wallet and commit, however many entries the wallet got in it.
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 8L * 1024 * 1024);
        settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    }
}
