package dev.jangbu.contract;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the committed records of a topic up to fixed end offsets, as a {@code read_committed} consumer without a group.
 *
 * <pre>{@code
 * try (CommittedTopic topic = CommittedTopic.open(kafka, Topics.LEDGER_ENTRIES)) {
 *     for (ConsumerRecord<byte[], byte[]> record : topic.records()) { … }
 * }
 * }</pre>
 *
 * <p>Order is that of each partition. Records are read lazily, in bounded fetches; leaving the loop ends the reading.
 * One reading at a time; not thread-safe. A reading that makes no progress for the stall timeout fails with {@link
 * IllegalStateException}.
 */
public final class CommittedTopic implements AutoCloseable {

    /** The default stall timeout. Longer than the broker takes to abort the transaction of a dead producer. */
    public static final Duration STALL_TIMEOUT = Duration.ofMinutes(1);

    private static final Duration POLL = Duration.ofMillis(200);

    private final Map<String, Object> clientSettings;
    private final String topic;
    private final Duration stallTimeout;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;

    private CommittedTopic(Map<String, ?> clientSettings, String topic, Duration stallTimeout) {
        this.clientSettings = Map.copyOf(clientSettings);
        this.topic = topic;
        this.stallTimeout = stallTimeout;
        this.consumer = new KafkaConsumer<>(
                consumerSettings(clientSettings), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            this.partitions = partitions(consumer, topic);
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    /** Opens a topic of the catalogue; see {@link #open(Map, String, Duration)}. */
    public static CommittedTopic open(String bootstrapServers, Topic<?> topic) {
        return open(bootstrapServers, topic.name());
    }

    /** Opens a topic by its name; see {@link #open(Map, String, Duration)}. */
    public static CommittedTopic open(String bootstrapServers, String topic) {
        return open(Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers), topic, STALL_TIMEOUT);
    }

    /**
     * Opens a topic.
     *
     * @param clientSettings {@code bootstrap.servers}, security, and any consumer setting that overrides a default, for
     *     instance {@code max.poll.records}, which bounds a batch
     * @param stallTimeout a reading fails if no offset is passed for this long
     * @throws IllegalStateException if the topic does not exist
     * @throws KafkaException if Kafka does not answer
     */
    public static CommittedTopic open(Map<String, ?> clientSettings, String topic, Duration stallTimeout) {
        return new CommittedTopic(clientSettings, topic, stallTimeout);
    }

    /** The topic's partitions, sorted by number. */
    public List<TopicPartition> partitions() {
        return partitions;
    }

    /** The first offset that each partition retains. */
    public Map<TopicPartition, Long> beginningOffsets() {
        return consumer.beginningOffsets(partitions);
    }

    /** The last stable offset of each partition: everything before it is committed or aborted. */
    public Map<TopicPartition, Long> endOffsets() {
        return consumer.endOffsets(partitions);
    }

    /**
     * The high watermark of each partition: behind the records of open transactions too. A reading to here waits until
     * these transactions end, and so proves that a record is absent.
     */
    public Map<TopicPartition, Long> highWatermarks() {
        Map<TopicPartition, OffsetSpec> latest =
                partitions.stream().collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
        try (Admin admin = Admin.create(adminSettings())) {
            Map<TopicPartition, ListOffsetsResultInfo> offsets = admin.listOffsets(
                            latest, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                    .all()
                    .get(stallTimeout.toMillis(), TimeUnit.MILLISECONDS);
            Map<TopicPartition, Long> ends = new HashMap<>();
            offsets.forEach((partition, end) -> ends.put(partition, end.offset()));
            return ends;
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("Kafka does not tell the end offsets of " + topic, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("Interrupted while reading the end offsets of " + topic, e);
        }
    }

    /** The records of all partitions, from the beginning to the last stable offsets as of this call. */
    public Iterable<ConsumerRecord<byte[], byte[]>> records() {
        return records(beginningOffsets(), endOffsets());
    }

    /**
     * The records of some partitions.
     *
     * @param from the first offset of each partition to read
     * @param to the offset after the last one, for the same partitions
     */
    public Iterable<ConsumerRecord<byte[], byte[]>> records(
            Map<TopicPartition, Long> from, Map<TopicPartition, Long> to) {
        // One batch at a time: the iterator of a stream reads the next one when the last one is used up.
        return () -> StreamSupport.stream(batches(from, to).spliterator(), false)
                .flatMap(List::stream)
                .iterator();
    }

    /** The same records as {@link #records(Map, Map)}, in the batches of the consumer's polls; none is empty. */
    public Iterable<List<ConsumerRecord<byte[], byte[]>>> batches(
            Map<TopicPartition, Long> from, Map<TopicPartition, Long> to) {
        return () -> new Batches(from, to);
    }

    @Override
    public void close() {
        consumer.close();
    }

    private static List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer, String topic) {
        List<PartitionInfo> infos = consumer.partitionsFor(topic);
        if (infos == null || infos.isEmpty()) {
            throw new IllegalStateException("The topic " + topic + " does not exist");
        }
        return infos.stream()
                .map(PartitionInfo::partition)
                .sorted()
                .map(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    private static Map<String, Object> consumerSettings(Map<String, ?> clientSettings) {
        Map<String, Object> settings = new HashMap<>();
        // An offset that retention has deleted is an error, not a reason to skip.
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        // Bounds the records in memory.
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 4 * 1024 * 1024);
        // A request that waits at the end of one partition delays the others.
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 20);
        settings.putAll(clientSettings);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        return settings;
    }

    private Map<String, Object> adminSettings() {
        return clientSettings.entrySet().stream()
                .filter(setting -> AdminClientConfig.configNames().contains(setting.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private final class Batches implements Iterator<List<ConsumerRecord<byte[], byte[]>>> {

        private final Map<TopicPartition, Long> to;
        private List<ConsumerRecord<byte[], byte[]>> next = List.of();

        Batches(Map<TopicPartition, Long> from, Map<TopicPartition, Long> to) {
            if (!from.keySet().equals(to.keySet())) {
                throw new IllegalArgumentException("Begins at " + from + " but ends at " + to);
            }
            this.to = Map.copyOf(to);
            consumer.assign(from.keySet());
            consumer.resume(from.keySet());
            from.forEach(consumer::seek);
        }

        @Override
        public boolean hasNext() {
            long position = position();
            long lastProgressNanos = System.nanoTime();
            while (next.isEmpty() && !isAtEnd()) {
                next = poll();
                // Positions, not records: aborted records and transaction markers are passed without a record.
                long now = position();
                if (now != position) {
                    position = now;
                    lastProgressNanos = System.nanoTime();
                } else if (System.nanoTime() - lastProgressNanos > stallTimeout.toNanos()) {
                    throw new IllegalStateException("Kafka has returned nothing of " + to.keySet() + " for "
                            + stallTimeout.toSeconds() + " s, before the end offsets " + to.values());
                }
            }
            return !next.isEmpty();
        }

        @Override
        public List<ConsumerRecord<byte[], byte[]>> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            List<ConsumerRecord<byte[], byte[]>> batch = next;
            next = List.of();
            return batch;
        }

        private List<ConsumerRecord<byte[], byte[]>> poll() {
            List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() < end(new TopicPartition(record.topic(), record.partition()))) {
                    batch.add(record);
                }
            }
            Collection<TopicPartition> finished = to.keySet().stream()
                    .filter(partition -> consumer.position(partition) >= end(partition))
                    .toList();
            consumer.pause(finished);
            return batch;
        }

        private boolean isAtEnd() {
            return to.keySet().stream().allMatch(partition -> consumer.position(partition) >= end(partition));
        }

        private long position() {
            return to.keySet().stream().mapToLong(consumer::position).sum();
        }

        private long end(TopicPartition partition) {
            Long end = to.get(partition);
            return end == null ? 0 : end;
        }
    }
}
