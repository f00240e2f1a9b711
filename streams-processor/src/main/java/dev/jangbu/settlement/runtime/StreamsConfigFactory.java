package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.DeadLetters;
import dev.jangbu.settlement.metrics.SettlementMetrics;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.FailOnInvalidTimestamp;

/** Creates the Kafka Streams configuration. Every setting that differs from its default stands beside its reason. */
public final class StreamsConfigFactory {

    private StreamsConfigFactory() {}

    /** The configuration of the topology and its client. */
    public static StreamsConfig create(SettlementSettings settlement, SettlementMetrics metrics) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, settlement.applicationId());
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, settlement.kafka());
        settings.put(StreamsConfig.STATE_DIR_CONFIG, settlement.stateDir().toString());
        settings.put(StreamsConfig.APPLICATION_SERVER_CONFIG, settlement.applicationServer());
        exactlyOnce(settings, settlement);
        latency(settings);
        group(settings, settlement);
        errors(settings, metrics);
        memory(settings);
        return new StreamsConfig(settings);
    }

    private static void exactlyOnce(Map<String, Object> settings, SettlementSettings settlement) {
        // A wallet, its entry and the request's offset are one transaction. This setting also makes producers
        // idempotent with acks=all, and consumers read_committed.
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        // The longest time that a frozen instance blocks read_committed readers. Far above the commit interval.
        settings.put(
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                Math.toIntExact(settlement.transactionTimeout().toMillis()));
        // The default of 16 KiB is full after some thirty entries, long before the next commit.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 128 * 1024);
        // Entries are kept forever. lz4 takes a third of the bytes at no measurable CPU cost.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        // A dead letter is longer than the record in it.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), DeadLetters.MAX_BYTES);
        // Lost offsets must neither skip a request nor decide 14 days of them again on empty stores: GroupOffsets
        // commits the first ones, and the client stops if any is missing later.
        settings.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "none");
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, settlement.replicationFactor());
        settings.put(
                StreamsConfig.topicPrefix(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG),
                settlement.replicationFactor() >= 3 ? 2 : 1);
        // A store's name is its changelog's name; a generated name changes with the topology. An optimization could
        // merge or rename nodes of the committed description.
        settings.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        settings.put(StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG, StreamsConfig.NO_OPTIMIZATION);
        // Processing time is in the ids. A record's timestamp is the broker's and is passed on.
        settings.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, FailOnInvalidTimestamp.class);
    }

    private static void latency(Map<String, Object> settings) {
        // A buyer waits for two commits (entry, completion). p50 from the PostgreSQL commit to the committed output:
        // 65 ms with 100 ms, 15 ms with 20 ms. 10 ms gave no less latency and a quarter less throughput.
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 20);
        // Kafka's default, set explicitly. A due commit waits for the end of the poll, but a shorter poll is slower: at
        // 20 requests a second, 10 ms gave p50 36 ms and p99 360 ms, 100 ms gave 25 and 230 (two busy cores).
        settings.put(StreamsConfig.POLL_MS_CONFIG, 100);
        // Each sub-topology has one input, so no inputs are merged by time.
        settings.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        // The consumer has one fetch in flight. While enough requests are buffered, it fetches postings only. Without
        // any, the broker holds the fetch for this long (500 ms by default), and the buffered requests run out.
        settings.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), 50);
        // A commit flushes. Records that are ready earlier are sent earlier.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 5);
    }

    private static void group(Map<String, Object> settings, SettlementSettings settlement) {
        // With the protocol "streams", this version reported RUNNING and processed nothing for 20 s.
        settings.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
        // After a kill, the group waits this long for the dead member: 5 s until processing resumes, instead of 44 s
        // with the default of 45 s. 6 s is the least that a broker accepts by default.
        int sessionTimeoutMs = Math.toIntExact(settlement.sessionTimeout().toMillis());
        settings.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), sessionTimeoutMs);
        settings.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), sessionTimeoutMs / 4);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settlement.streamThreads());
        settings.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, settlement.standbyReplicas());
        // A returning instance gets its partitions back when it has caught up. This is the interval of that check (the
        // default is 10 minutes, the minimum one).
        settings.put(StreamsConfig.PROBING_REBALANCE_INTERVAL_MS_CONFIG, 60_000);
    }

    private static void errors(Map<String, Object> settings, SettlementMetrics metrics) {
        settings.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, DeadLetterHandler.class);
        settings.put(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, FailFastHandler.class);
        settings.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, FailFastHandler.class);
        settings.put(DeadLetterHandler.METRICS, metrics);
    }

    private static void memory(Map<String, Object> settings) {
        // With the cache a wallet is written to the changelog once per commit. The cache is flushed within the
        // transaction, so standbys, which read committed changelogs, never see a part of it:
        // SettlementSurvivesTortureTest kills instances that have standbys and this cache.
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 8L * 1024 * 1024);
        settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    }
}
