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
 * @param keyDescription the content of the key, in words
 * @param valueType the Avro record of the values, or null for raw bytes
 * @param keyed true for the deployment's partition count, false for one partition
 * @param config the topic settings that correctness depends on
 * @param <T> the type of the values
 */
public record Topic<T>(
        String name, String keyDescription, @Nullable Class<T> valueType, boolean keyed, Map<String, String> config) {

    /** The registry's subject of the value schema. */
    public String subject() {
        return name + "-value";
    }

    /**
     * The Avro schema of the values.
     *
     * @throws IllegalStateException for a topic of raw bytes
     */
    public Schema schema() {
        if (valueType == null) {
            throw new IllegalStateException(name + " has raw values and no schema");
        }
        return SpecificData.get().getSchema(valueType);
    }

    /**
     * The topic's partition count in a deployment of {@code partitions}. It never changes, because a key would move to
     * another writer.
     */
    public int partitions(int partitions) {
        return keyed ? partitions : 1;
    }

    /** The partition of a key, as Kafka's Java client hashes it (murmur2 of the UTF-8 bytes). */
    public static int partitionFor(String key, int partitions) {
        return BuiltInPartitioner.partitionForKey(key.getBytes(StandardCharsets.UTF_8), partitions);
    }
}
