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
 * The one place that knows whose serializers write the wire format. Apicurio's are on Maven Central and are the default;
 * Confluent's are used instead where they are on the class path (Maven profile {@code confluent}). Both write the same
 * bytes, so readers never notice.
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
            // Enums inside a record are part of its schema, not references to schemas of their own.
            settings.put("apicurio.registry.dereference-schema", true);
            settings.put("apicurio.registry.use-specific-avro-reader", true);
            // What an id stands for never changes, so nothing that was looked up once is asked for again: a payment's
            // outcome must not wait for the registry. (Ten years; the default looks again every 30 s.)
            settings.put("apicurio.registry.check-period-ms", 315_360_000_000L);
            settings.put("apicurio.registry.retry-count", 0);
            settings.put("apicurio.registry.avro-datum-provider", CachedDatums.class.getName());
            settings.put("apicurio.registry.schema-resolver", ImpatientResolver.class.getName());
            settings.put(ImpatientResolver.TIMEOUT, timeout);
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

    /** Confluent's where it is present, else Apicurio's. */
    static SerdeLibrary present() {
        for (SerdeLibrary library : values()) {
            try {
                Class.forName(library.serializerClass, false, SerdeLibrary.class.getClassLoader());
                return library;
            } catch (ClassNotFoundException absent) {
                // The next one, then.
            }
        }
        throw new IllegalStateException("No Avro serializers on the class path: neither Confluent's nor Apicurio's");
    }

    /** Where this kind of registry serves Confluent's HTTP API. */
    URI confluentApi(URI registry) {
        return URI.create(registry + confluentApiPath);
    }

    /** @param timeout for how long an answer of the registry is waited for */
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

    /** Whether a library's exception tells of the registry or the way to it, and not of the record's bytes. */
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
            // A server that dies while it answers: a bare IOException, like that of bytes that end too early.
            for (StackTraceElement frame : cause.getStackTrace()) {
                if (frame.getClassName().startsWith("jdk.internal.net.http.")
                        || frame.getClassName().startsWith("io.kiota.")) {
                    return true;
                }
            }
        }
        return false;
    }

    // The libraries' classes are generic in the record's type, which they learn as they go.
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <S> S instance(String className) {
        try {
            return (S) Utils.newInstance(className, Object.class);
        } catch (ClassNotFoundException absent) {
            throw new IllegalStateException(className + " is not on the class path", absent);
        }
    }

    /**
     * Apicurio's own cache of readers and writers asks for a schema's fingerprint at every record, and so writes out and
     * hashes the whole schema each time: a fifth of all work. A schema knows its hash code, and is mostly the same object.
     */
    public static final class CachedDatums<T> extends io.apicurio.registry.serde.avro.DefaultAvroDatumProvider<T> {

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
     * Apicurio's client waits without an end for an answer that never comes, and with it whoever needs the schema. Each
     * question ends in time here, the reading of its answer included.
     */
    public static final class ImpatientResolver<T> extends DefaultSchemaResolver<Schema, T> {

        static final String TIMEOUT = "jangbu.registry.timeout";

        @Override
        public void configure(Map<String, ?> settings, SchemaParser<Schema, T> parser) {
            super.configure(settings, parser);
            Duration timeout = (Duration) Objects.requireNonNull(settings.get(TIMEOUT), TIMEOUT);
            setClientFacade(inTime(clientFacade, timeout));
        }

        private static RegistryClientFacade inTime(RegistryClientFacade client, Duration timeout) {
            return (RegistryClientFacade) Proxy.newProxyInstance(
                    RegistryClientFacade.class.getClassLoader(),
                    new Class<?>[] {RegistryClientFacade.class},
                    (self, question, arguments) -> ask(client, question, arguments, timeout));
        }

        private static @Nullable Object ask(
                RegistryClientFacade client, Method question, @Nullable Object[] arguments, Duration timeout)
                throws Throwable {
            FutureTask<@Nullable Object> answer = new FutureTask<>(() -> question.invoke(client, arguments));
            Thread.ofVirtual().name("registry").start(answer);
            try {
                return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException failed) {
                throw failed.getCause() instanceof InvocationTargetException thrown ? thrown.getCause() : failed;
            } catch (TimeoutException silent) {
                throw new RegistryUnavailableException(
                        "The registry gave no answer within %d ms".formatted(timeout.toMillis()), silent);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RegistryUnavailableException("Interrupted while asking the registry", e);
            } finally {
                answer.cancel(true);
            }
        }
    }
}
