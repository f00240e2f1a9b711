package dev.jangbu.contract;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.jspecify.annotations.Nullable;

/**
 * One topic of the catalogue.
 *
 * @param name the topic's name
 * @param keyIs what the key is, in words
 * @param valueType the Avro record that every value is, or null where values are kept as they came
 * @param keyed whether the topic has the deployment's partition count; otherwise it has one partition
 * @param config the broker's settings of the topic that correctness depends on
 * @param <T> the type of the values
 */
public record Topic<T>(
        String name, String keyIs, @Nullable Class<T> valueType, boolean keyed, Map<String, String> config) {

    /** The subject in the registry that the value's schema is registered under. */
    public String subject() {
        return name + "-value";
    }

    /**
     * The Avro schema of the values.
     *
     * @throws IllegalStateException where values are kept as they came
     */
    public Schema schema() {
        if (valueType == null) {
            throw new IllegalStateException(name + " keeps values as they came; it has no schema");
        }
        return SpecificData.get().getSchema(valueType);
    }

    /**
     * How many partitions this topic has in a deployment of {@code partitions}. Fixed for the topic's life: a key would
     * otherwise move to another writer.
     */
    public int partitions(int partitions) {
        return keyed ? partitions : 1;
    }

    /** The partition of a key, as Kafka's Java client hashes it (murmur2 of the UTF-8 bytes). */
    public static int partitionFor(String key, int partitions) {
        return BuiltInPartitioner.partitionForKey(key.getBytes(StandardCharsets.UTF_8), partitions);
    }
}
