package dev.jangbu.contract;

import java.net.URI;
import java.time.Duration;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** The serdes of a running system. Each schema is resolved once at the registry. */
public final class AvroSerdes implements RecordSerdes {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final URI registry;
    private final Duration timeout;
    private final SerdeLibrary library;
    private final RegistryApi api;

    /** @param registry the registry's base URL, for instance {@code http://127.0.0.1:8084} */
    public AvroSerdes(URI registry) {
        this(registry, TIMEOUT);
    }

    /** @param timeout the limit of each registry request */
    AvroSerdes(URI registry, Duration timeout) {
        this.registry = registry;
        this.timeout = timeout;
        this.library = SerdeLibrary.detect();
        this.api = new RegistryApi(library.confluentApi(registry), timeout);
    }

    @Override
    public <T extends SpecificRecord> Serde<T> of(Topic<T> topic) {
        return Serdes.serdeFrom(
                library.serializer(registry, timeout),
                new PoisonAwareDeserializer<>(
                        topic.schema(), topic.valueType(), api, library.deserializer(registry, timeout)));
    }

    @Override
    public <T extends SpecificRecord> Serde<T> warm(Topic<T> topic) {
        Serde<T> serde = of(topic);
        try {
            byte[] bytes = serde.serializer().serialize(topic.name(), BlankRecords.of(topic));
            serde.deserializer().deserialize(topic.name(), bytes);
            return serde;
        } catch (RuntimeException e) {
            throw new RegistryUnavailableException(
                    "The registry at " + registry + " does not return the schema of " + topic.subject(), e);
        }
    }
}
