package dev.jangbu.ledger.posting;

import dev.jangbu.contract.DeadLetters;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Creates Kafka clients. Posting is correct only with these settings, so they are not configurable. */
final class KafkaClients {

    /** The consumer group. Postings of all offsets below its committed ones are published. */
    static final String GROUP = "jangbu-ledger";

    private final String brokers;
    private final String instance;
    private final int maxBatchEntries;

    /** @param instance see {@link dev.jangbu.ledger.settings.LedgerSettings#instanceName} */
    KafkaClients(String brokers, String instance, int maxBatchEntries) {
        this.brokers = brokers;
        this.instance = instance;
        this.maxBatchEntries = maxBatchEntries;
    }

    Consumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.ofEntries(
                        Map.entry(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers),
                        Map.entry(ConsumerConfig.CLIENT_ID_CONFIG, "ledger-service"),
                        Map.entry(ConsumerConfig.GROUP_ID_CONFIG, GROUP),
                        // Entries of aborted transactions moved no wallet. Reads of the group's offset then also
                        // wait for open transactions that include it.
                        Map.entry(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed"),
                        Map.entry(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false),
                        // A missing offset is decided by ResumePoint.
                        Map.entry(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none"),
                        Map.entry(
                                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                                CooperativeStickyAssignor.class.getName()),
                        // 6 s until a killed instance is replaced: the minimum that brokers allow by default.
                        Map.entry(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000),
                        Map.entry(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000),
                        Map.entry(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000),
                        Map.entry(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 5_000),
                        Map.entry(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, maxBatchEntries),
                        Map.entry(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 4 << 20),
                        // A poll drains one partition before the next. A small fetch mixes partitions, so that books
                        // are written in parallel during a backlog.
                        Map.entry(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 512 * 1024)),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    Producer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.ofEntries(
                        Map.entry(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers),
                        Map.entry(ProducerConfig.CLIENT_ID_CONFIG, "ledger-service"),
                        // One id per instance. Stale partition owners are fenced by group metadata (KIP-447).
                        Map.entry(ProducerConfig.TRANSACTIONAL_ID_CONFIG, GROUP + "-" + instance),
                        // Bounds how long a dead instance's open transaction blocks readers and the next owner.
                        Map.entry(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 10_000),
                        Map.entry(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000L),
                        Map.entry(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000),
                        Map.entry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 9_000),
                        Map.entry(ProducerConfig.BUFFER_MEMORY_CONFIG, 8L << 20),
                        Map.entry(ProducerConfig.BATCH_SIZE_CONFIG, 128 * 1024),
                        // Postings are kept forever. lz4 takes a third of the bytes, at no measurable cost.
                        Map.entry(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4"),
                        // A dead letter is larger than the record in it.
                        Map.entry(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, DeadLetters.MAX_BYTES),
                        Map.entry(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 5_000L)),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
