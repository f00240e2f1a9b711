package dev.jangbu.benchmarks;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.RegistryUnavailableException;
import dev.jangbu.contract.Topic;
import dev.jangbu.operator.installation.Installation;
import java.net.URI;
import java.time.Duration;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;

/** Serdes with their schema already loaded, so that no round waits for the registry. */
final class WarmSerdes {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private WarmSerdes() {}

    /**
     * Loads the schema of a topic.
     *
     * @throws BenchException if the registry does not return it in time
     */
    static <T extends SpecificRecord> Serde<T> of(Installation stack, Topic<T> topic) throws InterruptedException {
        AvroSerdes serdes = new AvroSerdes(URI.create(stack.registry()));
        long startedAt = System.nanoTime();
        while (true) {
            try {
                return serdes.warm(topic);
            } catch (RegistryUnavailableException e) {
                if (System.nanoTime() - startedAt > TIMEOUT.toNanos()) {
                    throw new BenchException("The registry did not return the schema of " + topic.name(), e);
                }
                Thread.sleep(500);
            }
        }
    }
}
