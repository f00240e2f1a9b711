package dev.jangbu.settlement.state;

import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/** Supplies a processor with its stores for each partition. */
public record ProcessorWithStores<K, V, K2, V2>(
        Supplier<Processor<K, V, K2, V2>> processor, Set<StoreBuilder<?>> stores)
        implements ProcessorSupplier<K, V, K2, V2> {

    @Override
    public Processor<K, V, K2, V2> get() {
        return processor.get();
    }
}
