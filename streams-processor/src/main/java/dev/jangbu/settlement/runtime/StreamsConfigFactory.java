package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.DeadLetters;
import dev.jangbu.settlement.SettlementMetrics;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.FailOnInvalidTimestamp;

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
        latency(settings);
        group(settings, properties);
        errors(settings, metrics);
        memory(settings);
        return new StreamsConfig(settings);
    }

    private static void exactlyOnce(Map<String, Object> settings, SettlementProperties properties) {
        // A wallet, its entry and the offset of the request are one transaction. Everything else rests on this. It
        // also makes producers idempotent with acks=all, and consumers read_committed.
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        // How long a frozen instance keeps readers of committed records waiting, at most. Far above the
        // commit interval.
        settings.put(
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                Math.toIntExact(properties.transactionTimeout().toMillis()));
        // The default of 16 KiB is full after some thirty entries, long before the commit that sends them anyway.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 128 * 1024);
        // Entries are kept for ever: a third of the bytes, at no cost of processor time that could be measured.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        // A dead letter is longer than the record that it holds.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), DeadLetters.MAX_BYTES);
        // Lost offsets must never skip a request. Reading again is safe: the desk drops what it has seen and sets aside
        // what it is too late to know.
        settings.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, properties.replicationFactor());
        settings.put(
                StreamsConfig.topicPrefix(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG),
                properties.replicationFactor() >= 3 ? 2 : 1);
        // A store's name is its changelog's: one that Kafka Streams invents would move with the next change. Nor may an
        // optimization merge or rename what the committed description shows.
        settings.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        settings.put(StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG, StreamsConfig.NO_OPTIMIZATION);
        // The desk's clock is in the ids. A record's timestamp is the broker's, and is kept as it is.
        settings.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, FailOnInvalidTimestamp.class);
    }

    private static void latency(Map<String, Object> settings) {
        // What a buyer waits for twice (entry, completion). From a commit in PostgreSQL to a committed output: 100 ms
        // gave p50 65 ms, 20 ms gave 15; 10 ms gave no less, and a quarter less throughput.
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 20);
        // Kafka's own default, on purpose. A commit that falls due during a poll waits for its end, so that less seems
        // better; it is not: at 20 requests a second, 10 ms gave p50 36 ms and p99 360, 100 ms gave 25 and 230 (a busy
        // machine of two cores, DeskCostTest). Turning over empty polls costs more than it saves.
        settings.put(StreamsConfig.POLL_MS_CONFIG, 100);
        // Each sub-topology has one input, so that there is nothing to wait for in order to merge inputs by time.
        settings.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        // One fetch is under way at a time. While enough requests lie here, postings are asked for alone, and if there
        // are none the broker holds that for so long (500 ms by default), in which the requests run out: under a
        // backlog of one topic the desks stood still as long again as they worked.
        settings.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), 50);
        // A commit flushes anyway; what is ready before it need not wait for it.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 5);
    }

    private static void group(Map<String, Object> settings, SettlementProperties properties) {
        // The new protocol ("streams") said RUNNING and processed nothing for 20 s on this version.
        settings.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
        // After a kill, the group waits this long for the dead: 5 s to run again instead of 44 with the default
        // of 45 s. 6 s is the least that a broker accepts by default.
        int sessionTimeoutMs = Math.toIntExact(properties.sessionTimeout().toMillis());
        settings.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), sessionTimeoutMs);
        settings.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), sessionTimeoutMs / 4);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, properties.streamThreads());
        settings.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, properties.standbyReplicas());
        // An instance that comes back waits with its partitions' move until it has caught up; this is how soon that
        // is looked at again (the default is 10 minutes, the least that is allowed is one).
        settings.put(StreamsConfig.PROBING_REBALANCE_INTERVAL_MS_CONFIG, 60_000);
    }

    private static void errors(Map<String, Object> settings, SettlementMetrics metrics) {
        settings.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, PoisonToDeadLetters.class);
        settings.put(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, FailLoudly.class);
        settings.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, FailLoudly.class);
        settings.put(PoisonToDeadLetters.METRICS, metrics);
    }

    private static void memory(Map<String, Object> settings) {
        // The cache spares the changelog: one write per wallet and commit, however many entries the wallet got.
        // It is flushed within the transaction, so that standbys, which read committed changelogs, never see half of
        // one: SettlementSurvivesTortureTest kills instances that have standbys and this cache.
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 8L * 1024 * 1024);
        settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    }
}
