package dev.jangbu.contract;

import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Wraps a library's deserializer and distinguishes its failures: poison, which is permanent, or an unavailable
 * registry.
 */
final class PoisonAwareDeserializer<T extends SpecificRecord> implements Deserializer<T> {

    private final Schema schema;
    private final Class<T> type;
    private final RegistryApi registry;
    private final Deserializer<T> library;

    PoisonAwareDeserializer(Schema schema, @Nullable Class<T> type, RegistryApi registry, Deserializer<T> library) {
        this.schema = schema;
        this.type = Objects.requireNonNull(type);
        this.registry = registry;
        this.library = library;
    }

    @Override
    public T deserialize(String topic, byte @Nullable [] bytes) {
        registry.requireSchema(WireFormat.schemaId(bytes));
        @Nullable Object value;
        try {
            value = library.deserialize(topic, bytes);
        } catch (RuntimeException e) {
            if (SerdeLibrary.isRegistryFailure(e)) {
                throw new RegistryUnavailableException("The registry failed to return a schema", e);
            }
            throw new PoisonRecordException("The bytes don't decode as " + schema.getName() + ": " + rootMessage(e), e);
        }
        if (!type.isInstance(value)) {
            throw new PoisonRecordException("Not a " + schema.getName() + " but a "
                    + (value == null ? "null" : value.getClass().getSimpleName()));
        }
        return type.cast(value);
    }

    @Override
    public void close() {
        library.close();
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.toString();
    }
}
