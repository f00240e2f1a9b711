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

/** Kafka clients with the settings that posting depends on for being right. */
final class KafkaClients {

    /** The consumer group. Its offsets say which postings are sent. */
    static final String GROUP = "jangbu-ledger";

    private final String brokers;
    private final String instance;
    private final int maxBatchEntries;

    /** @param instance see {@link dev.jangbu.ledger.LedgerSettings#instance()} */
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
                        // Entries of aborted transactions moved no wallet. It also makes reads of the group's offset
                        // wait for transactions that are about to move it.
                        Map.entry(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed"),
                        Map.entry(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false),
                        // A missing offset is for a person to judge, see Opening.
                        Map.entry(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none"),
                        Map.entry(
                                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                                CooperativeStickyAssignor.class.getName()),
                        // A killed instance is missed after 6 s, the least that brokers allow by default.
                        Map.entry(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000),
                        Map.entry(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000),
                        Map.entry(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000),
                        Map.entry(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 5_000),
                        Map.entry(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, maxBatchEntries),
                        Map.entry(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 4 << 20),
                        // A poll takes one partition's records before the next one's: a backlog is to come from all
                        // of them, since books are written side by side.
                        Map.entry(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 512 * 1024)),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    Producer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.ofEntries(
                        Map.entry(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers),
                        Map.entry(ProducerConfig.CLIENT_ID_CONFIG, "ledger-service"),
                        // Its own for each instance; stale owners are refused by the group's metadata (KIP-447).
                        Map.entry(ProducerConfig.TRANSACTIONAL_ID_CONFIG, GROUP + "-" + instance),
                        // Bounds how long a dead instance's open transaction holds up readers and its successor.
                        Map.entry(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 10_000),
                        Map.entry(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000L),
                        Map.entry(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000),
                        Map.entry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 9_000),
                        Map.entry(ProducerConfig.BUFFER_MEMORY_CONFIG, 8L << 20),
                        Map.entry(ProducerConfig.BATCH_SIZE_CONFIG, 128 * 1024),
                        // Postings are kept for ever: a third of the bytes, at no cost that could be measured.
                        Map.entry(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4"),
                        // A dead letter is longer than the record that it holds.
                        Map.entry(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, DeadLetters.MAX_BYTES),
                        Map.entry(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 5_000L)),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
