package dev.jangbu.benchmarks;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.RegistryUnavailableException;
import dev.jangbu.contract.Topic;
import dev.jangbu.proving.stack.StackAddress;
import java.net.URI;
import java.time.Duration;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;

/** Serdes that have asked the registry already, so that no round waits for it. */
final class WarmSerdes {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private WarmSerdes() {}

    /** @throws BenchException if the registry doesn't give the schema in time */
    static <T extends SpecificRecord> Serde<T> of(StackAddress stack, Topic<T> topic) throws InterruptedException {
        AvroSerdes serdes = new AvroSerdes(URI.create(stack.registry()));
        long began = System.nanoTime();
        while (true) {
            try {
                return serdes.warm(topic);
            } catch (RegistryUnavailableException e) {
                if (System.nanoTime() - began > LIMIT.toNanos()) {
                    throw new BenchException("The registry doesn't give the schema of " + topic.name(), e);
                }
                Thread.sleep(500);
            }
        }
    }
}
