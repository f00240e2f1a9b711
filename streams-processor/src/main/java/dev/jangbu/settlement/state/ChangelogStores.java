package dev.jangbu.settlement;

import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_COMPACT;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.SEGMENT_BYTES_CONFIG;

import java.util.Map;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The stores' one kind: on disk, with a compacted changelog {@code <application.id>-<store>-changelog}, which is the truth
 * that a store is rebuilt from.
 */
public final class ChangelogStores {

    /**
     * A changelog is only compacted behind its active segment, and all of it is read again after a crash: with small
     * segments that is soon little more than what lives. (The default segment is 1 GiB.)
     */
    private static final Map<String, String> CHANGELOG = Map.of(
            CLEANUP_POLICY_CONFIG,
            CLEANUP_POLICY_COMPACT,
            SEGMENT_BYTES_CONFIG,
            Integer.toString(32 * 1024 * 1024),
            MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
            "0.3");

    private ChangelogStores() {}

    /** For keys that change over and over: one write to the changelog per key and commit. */
    public static <K, V> StoreBuilder<KeyValueStore<K, V>> cached(String name, Serde<K> keys, Serde<V> values) {
        return logged(name, keys, values).withCachingEnabled();
    }

    /** For keys that are written once, where a cache would only be copied through. */
    public static <K, V> StoreBuilder<KeyValueStore<K, V>> uncached(String name, Serde<K> keys, Serde<V> values) {
        return logged(name, keys, values).withCachingDisabled();
    }

    private static <K, V> StoreBuilder<KeyValueStore<K, V>> logged(String name, Serde<K> keys, Serde<V> values) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), keys, values)
                .withLoggingEnabled(CHANGELOG);
    }
}
