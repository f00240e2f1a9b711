package dev.jangbu.proving.stack;

import dev.jangbu.operator.installation.Installation;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka clients of a stack, for undecoded records. */
public final class KafkaClients {

    private KafkaClients() {}

    /** A {@code read_committed} consumer without a group, whose position is set explicitly: a lost position is an error. */
    public static KafkaConsumer<byte[], byte[]> consumer(Installation stack, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(Map.of(
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "none",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false));
        return new KafkaConsumer<>(
                with(stack, all, settings), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    public static KafkaProducer<byte[], byte[]> producer(Installation stack, Map<String, Object> settings) {
        return new KafkaProducer<>(
                with(stack, new HashMap<>(), settings), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static Map<String, Object> with(Installation stack, Map<String, Object> all, Map<String, Object> settings) {
        all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, stack.kafka());
        all.putAll(settings);
        return all;
    }
}
