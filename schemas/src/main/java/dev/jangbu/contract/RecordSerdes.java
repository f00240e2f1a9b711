package dev.jangbu.contract;

import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;

/** Provides the serdes of topic values: Avro in Confluent's wire format ({@link WireFormat}). */
public interface RecordSerdes {

    /**
     * The serde of the topic's values. Serializer and deserializer are thread-safe.
     *
     * <p>The deserializer throws {@link PoisonRecordException} for bytes that can never be decoded, and
     * {@link RegistryUnavailableException} if a retry may succeed.
     */
    <T extends SpecificRecord> Serde<T> of(Topic<T> topic);
}
