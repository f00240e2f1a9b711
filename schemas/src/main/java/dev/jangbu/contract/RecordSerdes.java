package dev.jangbu.contract;

import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;

/** Gives the serde of a topic's values: Avro in Confluent wire format (byte 0, the schema's id in 4 bytes, the datum). */
public interface RecordSerdes {

    /**
     * The serde of the topic's values. Its serializer and deserializer may be used by several threads.
     *
     * <p>The deserializer throws {@link PoisonRecordException} for bytes that will never be readable, and
     * {@link RegistryUnavailableException} where trying again later may succeed.
     */
    <T extends SpecificRecord> Serde<T> of(Topic<T> topic);
}
