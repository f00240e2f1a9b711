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

/** Reads topics with isolation level read_committed, from the beginning to the end offsets at the time of the call. */
public final class TopicReader {

    private static final Duration STALLED_AFTER = Duration.ofMinutes(2);

    private final StackAddress stack;
    private final UnaryOperator<String> names;

    public TopicReader(StackAddress stack) {
        this(stack, UnaryOperator.identity());
    }

    /** @param names maps a topic of the catalogue to the topic that is read, for instance to a copy */
    public TopicReader(StackAddress stack, UnaryOperator<String> names) {
        this.stack = stack;
        this.names = names;
    }

    /** Receives one undecoded record. */
    @FunctionalInterface
    public interface Records {
        void read(ConsumerRecord<byte[], byte[]> record) throws IOException;
    }

    /** Receives one record and its decoded value. */
    @FunctionalInterface
    public interface Values<T> {
        void read(ConsumerRecord<byte[], byte[]> record, T value) throws IOException;
    }

    /**
     * Reads every record of a topic, partition by partition in offset order.
     *
     * @param unreadable receives the records that cannot be decoded
     * @throws IllegalStateException if the broker returns no record for two minutes before the end is reached
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

    /** Reads every record of a topic without decoding it; the partitions are interleaved. */
    public void readRaw(Topic<?> topic, Records records) throws IOException {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            drain(consumer, partitions(consumer, topic), records);
        }
    }

    /** The number of partitions of a topic. */
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
        } catch (PoisonRecordException e) {
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
            } else if (System.nanoTime() - lastProgress > STALLED_AFTER.toNanos()) {
                throw new IllegalStateException(
                        "The broker returns no more records of " + partitions + ", and the end is not reached");
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
                        // Bounds the heap that fetched records take.
                        ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                        4 * 1024 * 1024,
                        // A fetch that waits at the end of one partition delays the next partition.
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                        10,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
