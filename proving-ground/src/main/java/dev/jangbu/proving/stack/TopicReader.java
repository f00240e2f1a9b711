package dev.jangbu.proving.stack;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** Reads topics from their beginning to what was their end at the call, as a read_committed reader sees them. */
public final class TopicReader {

    private static final Duration STALLED = Duration.ofSeconds(30);

    private final StackAddress stack;

    public TopicReader(StackAddress stack) {
        this.stack = stack;
    }

    /**
     * Passes every value of a topic on.
     *
     * @return the origins of the records that can't be read, as {@link #origin} writes them
     * @throws IllegalStateException if the broker gives nothing for half a minute before the end
     */
    public <T extends SpecificRecord> Set<String> read(Topic<T> topic, Consumer<T> values) {
        Deserializer<T> deserializer =
                new AvroSerdes(URI.create(stack.registry())).of(topic).deserializer();
        Set<String> unreadable = new HashSet<>();
        readRaw(topic, record -> {
            T value;
            try {
                value = deserializer.deserialize(topic.name(), record.value());
            } catch (PoisonRecordException poison) {
                unreadable.add(origin(record.topic(), record.partition(), record.offset()));
                return;
            }
            values.accept(value);
        });
        return unreadable;
    }

    /** The origins of all dead letters. */
    public Set<String> deadLetterOrigins() {
        Set<String> origins = new HashSet<>();
        readRaw(
                Topics.SETTLEMENT_DEAD_LETTERS,
                letter -> origins.add(origin(
                        EventHeaders.text(letter.headers(), DeadLetters.TOPIC),
                        EventHeaders.text(letter.headers(), DeadLetters.PARTITION),
                        EventHeaders.text(letter.headers(), DeadLetters.OFFSET))));
        return origins;
    }

    private static String origin(@Nullable Object topic, @Nullable Object partition, @Nullable Object offset) {
        return topic + "-" + partition + "@" + offset;
    }

    /** Passes every record of a topic on as it is. */
    public void readRaw(Topic<?> topic, Consumer<ConsumerRecord<byte[], byte[]>> records) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(partition -> new TopicPartition(topic.name(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long lastProgress = System.nanoTime();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                var polled = consumer.poll(Duration.ofMillis(500));
                polled.forEach(records);
                if (!polled.isEmpty()) {
                    lastProgress = System.nanoTime();
                } else if (System.nanoTime() - lastProgress > STALLED.toNanos()) {
                    throw new IllegalStateException("The broker gives nothing more of " + topic.name());
                }
            }
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        stack.kafka(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
