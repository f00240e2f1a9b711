package dev.jangbu.contract;

import io.apicurio.registry.resolver.DefaultSchemaResolver;
import io.apicurio.registry.resolver.SchemaParser;
import io.apicurio.registry.resolver.client.RegistryClientFacade;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.Schema;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * The Avro serializer libraries. Apicurio's is on Maven Central and is the default. Confluent's is used if it is on the
 * class path (Maven profile {@code confluent}). Both write the same bytes. No other class names a library.
 */
enum SerdeLibrary {
    CONFLUENT(
            "io.confluent.kafka.serializers.KafkaAvroSerializer",
            "io.confluent.kafka.serializers.KafkaAvroDeserializer",
            "") {
        @Override
        Map<String, Object> settings(URI registry, Duration timeout) {
            return Map.of(
                    "schema.registry.url", confluentApi(registry).toString(),
                    "http.connect.timeout.ms", Math.toIntExact(timeout.toMillis()),
                    "http.read.timeout.ms", Math.toIntExact(timeout.toMillis()),
                    "auto.register.schemas", false,
                    "specific.avro.reader", true);
        }
    },

    APICURIO(
            "io.apicurio.registry.serde.avro.AvroKafkaSerializer",
            "io.apicurio.registry.serde.avro.AvroKafkaDeserializer",
            "/apis/ccompat/v7") {
        @Override
        Map<String, Object> settings(URI registry, Duration timeout) {
            Map<String, Object> settings = new HashMap<>();
            settings.put("apicurio.registry.url", registry + "/apis/registry/v3");
            settings.put("apicurio.registry.http.adapter", "JDK");
            settings.put("apicurio.registry.auto-register", false);
            // Enums in a record are part of its schema, not references to other schemas.
            settings.put("apicurio.registry.dereference-schema", true);
            settings.put("apicurio.registry.use-specific-avro-reader", true);
            // A schema id never changes, so a resolved schema is cached for ten years (default: 30 s). A payment must
            // not
            // wait for the registry.
            settings.put("apicurio.registry.check-period-ms", 315_360_000_000L);
            settings.put("apicurio.registry.retry-count", 0);
            settings.put("apicurio.registry.avro-datum-provider", CachingDatumProvider.class.getName());
            settings.put("apicurio.registry.schema-resolver", TimeLimitedResolver.class.getName());
            settings.put(TimeLimitedResolver.TIMEOUT, timeout);
            return settings;
        }
    };

    private final String serializerClass;
    private final String deserializerClass;
    private final String confluentApiPath;

    SerdeLibrary(String serializerClass, String deserializerClass, String confluentApiPath) {
        this.serializerClass = serializerClass;
        this.deserializerClass = deserializerClass;
        this.confluentApiPath = confluentApiPath;
    }

    /** Confluent's library if it is on the class path, otherwise Apicurio's. */
    static SerdeLibrary detect() {
        for (SerdeLibrary library : values()) {
            try {
                Class.forName(library.serializerClass, false, SerdeLibrary.class.getClassLoader());
                return library;
            } catch (ClassNotFoundException e) {
                // Try the next library.
            }
        }
        throw new IllegalStateException("No Avro serializer library on the class path");
    }

    /** The base URL of Confluent's HTTP API at the library's registry. */
    URI confluentApi(URI registry) {
        return URI.create(registry + confluentApiPath);
    }

    /** @param timeout the limit of each registry request */
    abstract Map<String, Object> settings(URI registry, Duration timeout);

    <T extends SpecificRecord> Serializer<T> serializer(URI registry, Duration timeout) {
        Serializer<T> serializer = instance(serializerClass);
        serializer.configure(settings(registry, timeout), false);
        return serializer;
    }

    <T extends SpecificRecord> Deserializer<T> deserializer(URI registry, Duration timeout) {
        Deserializer<T> deserializer = instance(deserializerClass);
        deserializer.configure(settings(registry, timeout), false);
        return deserializer;
    }

    /** True if a library's exception is caused by the registry or the network, not by the record's bytes. */
    static boolean isRegistryFailure(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            String name = cause.getClass().getName();
            if (cause instanceof RegistryUnavailableException) {
                return true;
            }
            if (name.startsWith("java.net.")
                    || name.startsWith("java.nio.channels.")
                    || name.startsWith("com.microsoft.kiota.")
                    || name.startsWith("io.confluent.kafka.schemaregistry.client.rest.")) {
                return true;
            }
            // A server that dies while answering causes a plain IOException, as truncated bytes do.
            for (StackTraceElement frame : cause.getStackTrace()) {
                if (frame.getClassName().startsWith("jdk.internal.net.http.")
                        || frame.getClassName().startsWith("io.kiota.")) {
                    return true;
                }
            }
        }
        return false;
    }

    // The libraries' classes are generic in the record type and work with any.
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <S> S instance(String className) {
        try {
            return (S) Utils.newInstance(className, Object.class);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(className + " is not on the class path", e);
        }
    }

    /**
     * Caches readers and writers by schema. Apicurio's own cache computes the schema's fingerprint for every record,
     * which takes a fifth of the CPU time.
     */
    public static final class CachingDatumProvider<T>
            extends io.apicurio.registry.serde.avro.DefaultAvroDatumProvider<T> {

        private final Map<Schema, DatumReader<T>> readers = new ConcurrentHashMap<>();
        private final Map<Schema, DatumWriter<T>> writers = new ConcurrentHashMap<>();

        @Override
        public DatumReader<T> createDatumReader(Schema schema) {
            DatumReader<T> cached = readers.get(schema);
            return cached != null ? cached : readers.computeIfAbsent(schema, super::createDatumReader);
        }

        @Override
        public DatumWriter<T> createDatumWriter(T data, Schema schema) {
            DatumWriter<T> cached = writers.get(schema);
            return cached != null
                    ? cached
                    : writers.computeIfAbsent(schema, given -> super.createDatumWriter(data, given));
        }
    }

    /**
     * Limits the time of each registry request, including the reading of the response. Apicurio's client has no
     * timeout.
     */
    public static final class TimeLimitedResolver<T> extends DefaultSchemaResolver<Schema, T> {

        static final String TIMEOUT = "jangbu.registry.timeout";

        @Override
        public void configure(Map<String, ?> settings, SchemaParser<Schema, T> parser) {
            super.configure(settings, parser);
            Duration timeout = (Duration) Objects.requireNonNull(settings.get(TIMEOUT), TIMEOUT);
            setClientFacade(timeLimited(clientFacade, timeout));
        }

        private static RegistryClientFacade timeLimited(RegistryClientFacade client, Duration timeout) {
            return (RegistryClientFacade) Proxy.newProxyInstance(
                    RegistryClientFacade.class.getClassLoader(),
                    new Class<?>[] {RegistryClientFacade.class},
                    (proxy, method, arguments) -> call(client, method, arguments, timeout));
        }

        private static @Nullable Object call(
                RegistryClientFacade client, Method method, @Nullable Object[] arguments, Duration timeout)
                throws Throwable {
            FutureTask<@Nullable Object> response = new FutureTask<>(() -> method.invoke(client, arguments));
            Thread.ofVirtual().name("registry").start(response);
            try {
                return response.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof InvocationTargetException thrown ? thrown.getCause() : e;
            } catch (TimeoutException e) {
                throw new RegistryUnavailableException(
                        "The registry gave no answer within %d ms".formatted(timeout.toMillis()), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RegistryUnavailableException("Interrupted while waiting for the registry", e);
            } finally {
                response.cancel(true);
            }
        }
    }
}
