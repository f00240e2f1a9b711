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

    /**
     * The same serde with its schema resolved: a service that calls this before it is ready does not depend on the
     * registry afterwards.
     *
     * @throws RegistryUnavailableException if the registry does not answer or does not have the schema yet
     */
    default <T extends SpecificRecord> Serde<T> warm(Topic<T> topic) {
        return of(topic);
    }
}
