package dev.jangbu.proving.stack;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.Topic;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads topics from their beginning to what was their end at the call, as a read_committed reader sees them. */
public final class TopicReader {

    private static final Duration STALLED = Duration.ofSeconds(30);

    private final StackAddress stack;
    private final UnaryOperator<String> names;

    public TopicReader(StackAddress stack) {
        this(stack, UnaryOperator.identity());
    }

    /** @param names where a topic of the catalogue is really read from: a copy, for instance */
    public TopicReader(StackAddress stack, UnaryOperator<String> names) {
        this.stack = stack;
        this.names = names;
    }

    /** Looks at a record as it came. */
    @FunctionalInterface
    public interface Records {
        void read(ConsumerRecord<byte[], byte[]> record) throws IOException;
    }

    /** Looks at a record and at what its value says. */
    @FunctionalInterface
    public interface Values<T> {
        void read(ConsumerRecord<byte[], byte[]> record, T value) throws IOException;
    }

    /**
     * Passes every record of a topic on, partition by partition in the order of their offsets.
     *
     * @throws IllegalStateException if the broker gives nothing for half a minute before the end
     */
    public <T extends SpecificRecord> void read(Topic<T> topic, Values<T> values, Records unreadable)
            throws IOException {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer();
                Deserializer<T> deserializer = deserializer(topic)) {
            for (TopicPartition partition : partitions(consumer, topic)) {
                drain(consumer, List.of(partition), record -> decode(topic, deserializer, record, values, unreadable));
            }
        }
    }

    /** Passes every record of a topic on as it is; partitions are read side by side. */
    public void readRaw(Topic<?> topic, Records records) throws IOException {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            drain(consumer, partitions(consumer, topic), records);
        }
    }

    /** How many partitions a topic has. */
    public int partitions(Topic<?> topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            return partitions(consumer, topic).size();
        }
    }

    private static <T> void decode(
            Topic<T> topic,
            Deserializer<T> deserializer,
            ConsumerRecord<byte[], byte[]> record,
            Values<T> values,
            Records unreadable)
            throws IOException {
        T value;
        try {
            value = deserializer.deserialize(topic.name(), record.value());
        } catch (PoisonRecordException poison) {
            unreadable.read(record);
            return;
        }
        values.read(record, value);
    }

    private void drain(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, Records records)
            throws IOException {
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        long lastProgress = System.nanoTime();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            var polled = consumer.poll(Duration.ofMillis(500));
            for (ConsumerRecord<byte[], byte[]> record : polled) {
                records.read(record);
            }
            if (!polled.isEmpty()) {
                lastProgress = System.nanoTime();
            } else if (System.nanoTime() - lastProgress > STALLED.toNanos()) {
                throw new IllegalStateException("The broker gives nothing more of " + partitions);
            }
        }
    }

    private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, Topic<?> topic) {
        return consumer.partitionsFor(names.apply(topic.name())).stream()
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .sorted((one, other) -> Integer.compare(one.partition(), other.partition()))
                .toList();
    }

    private <T extends SpecificRecord> Deserializer<T> deserializer(Topic<T> topic) {
        return new AvroSerdes(URI.create(stack.registry())).of(topic).deserializer();
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        stack.kafka(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        // What lies in the heap at a time, decoded or not, is bounded by this.
                        ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                        4 * 1024 * 1024,
                        // A request that waits at one partition's end would hold up the next partition.
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                        10,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
