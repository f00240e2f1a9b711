package dev.jangbu.proving.stack;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.Topic;
import dev.jangbu.operator.installation.Installation;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads the committed records of topics, from the beginning to the end offsets at the time of the call. */
public final class TopicReader {

    private static final Duration STALL_TIMEOUT = Duration.ofMinutes(2);

    private final Installation stack;
    private final UnaryOperator<String> names;

    public TopicReader(Installation stack) {
        this(stack, UnaryOperator.identity());
    }

    /** @param names maps a topic of the catalogue to the topic that is read, for instance to a copy */
    public TopicReader(Installation stack, UnaryOperator<String> names) {
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
    public interface DecodedRecords<T> {
        void read(ConsumerRecord<byte[], byte[]> record, T value) throws IOException;
    }

    /**
     * Reads every record of a topic, partition by partition in offset order.
     *
     * @param unreadable receives the records that cannot be decoded
     * @throws IllegalStateException if the broker returns nothing for two minutes before the end is reached
     */
    public <T extends SpecificRecord> void read(Topic<T> topic, DecodedRecords<T> values, Records unreadable)
            throws IOException {
        try (CommittedTopic committed = open(topic);
                Deserializer<T> deserializer = stack.serdes().of(topic).deserializer()) {
            Map<TopicPartition, Long> from = committed.beginningOffsets();
            Map<TopicPartition, Long> to = committed.endOffsets();
            for (TopicPartition partition : committed.partitions()) {
                for (ConsumerRecord<byte[], byte[]> record : committed.records(
                        Map.of(partition, from.getOrDefault(partition, 0L)),
                        Map.of(partition, to.getOrDefault(partition, 0L)))) {
                    decode(topic, deserializer, record, values, unreadable);
                }
            }
        }
    }

    /** Reads every record of a topic without decoding it; the partitions are interleaved. */
    public void readRaw(Topic<?> topic, Records records) throws IOException {
        try (CommittedTopic committed = open(topic)) {
            for (ConsumerRecord<byte[], byte[]> record : committed.records()) {
                records.read(record);
            }
        }
    }

    /** The number of partitions of a topic. */
    public int partitions(Topic<?> topic) {
        try (CommittedTopic committed = open(topic)) {
            return committed.partitions().size();
        }
    }

    private static <T> void decode(
            Topic<T> topic,
            Deserializer<T> deserializer,
            ConsumerRecord<byte[], byte[]> record,
            DecodedRecords<T> values,
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

    private CommittedTopic open(Topic<?> topic) {
        return CommittedTopic.open(
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, stack.kafka()),
                names.apply(topic.name()),
                STALL_TIMEOUT);
    }
}
