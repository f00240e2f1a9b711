package dev.jangbu.settlement.state;

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
 * Builds persistent key-value stores. Each has a compacted changelog, {@code <application.id>-<store>-changelog}, from
 * which it is restored.
 */
public final class ChangelogStores {

    /**
     * Compaction skips the active segment, and a restore reads it in full. Small segments keep a restore close to the
     * size of the live data (the default segment is 1 GiB).
     */
    private static final Map<String, String> CHANGELOG = Map.of(
            CLEANUP_POLICY_CONFIG,
            CLEANUP_POLICY_COMPACT,
            SEGMENT_BYTES_CONFIG,
            Integer.toString(32 * 1024 * 1024),
            MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
            "0.3");

    private ChangelogStores() {}

    /** The settings of a changelog topic, beside those of {@code StreamsConfig}. */
    public static Map<String, String> topicConfig() {
        return CHANGELOG;
    }

    /** For keys that change often: one changelog write per key and commit. */
    public static <K, V> StoreBuilder<KeyValueStore<K, V>> cached(String name, Serde<K> keys, Serde<V> values) {
        return logged(name, keys, values).withCachingEnabled();
    }

    /** For keys that are written once, where a cache saves nothing. */
    public static <K, V> StoreBuilder<KeyValueStore<K, V>> uncached(String name, Serde<K> keys, Serde<V> values) {
        return logged(name, keys, values).withCachingDisabled();
    }

    private static <K, V> StoreBuilder<KeyValueStore<K, V>> logged(String name, Serde<K> keys, Serde<V> values) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), keys, values)
                .withLoggingEnabled(CHANGELOG);
    }
}
