package dev.jangbu.settlement;

import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.completion.CompletionProcessor;
import dev.jangbu.settlement.metrics.SettlementMetrics;
import dev.jangbu.settlement.runtime.SettlementSettings;
import dev.jangbu.settlement.runtime.StreamsConfigFactory;
import dev.jangbu.settlement.wallet.EntryCount;
import dev.jangbu.settlement.wallet.Wallet;
import dev.jangbu.settlement.wallet.WalletProcessor;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.internals.WrappedStateStore;
import org.apache.kafka.streams.test.TestRecord;

/** Drives the topology with its real settings and stores, without a broker. It has one partition, number 0. */
final class SettlementDriver implements AutoCloseable {

    static final List<String> STORES = List.of(
            WalletProcessor.WALLETS,
            WalletProcessor.DECIDED,
            WalletProcessor.REMEMBERED,
            WalletProcessor.PROGRESS,
            CompletionProcessor.POSTED_PARTS);

    private static final FixedIdSerdes SERDES = new FixedIdSerdes();

    private Map<String, Map<Bytes, byte[]>> restored = Map.of();

    final MeterRegistry meters = new SimpleMeterRegistry();
    final TopologyTestDriver driver;
    final TestInputTopic<String, SettlementRequested> requests;
    final TestInputTopic<byte[], byte[]> rawRequests;
    final TestInputTopic<String, LedgerPosted> postings;
    final TestOutputTopic<String, LedgerEntry> entries;
    final TestOutputTopic<String, SettlementCompleted> completions;
    final TestOutputTopic<byte[], byte[]> deadLetters;

    SettlementDriver(Path stateDir, int partitions, Instant wallClock) {
        SettlementMetrics metrics = new SettlementMetrics(meters);
        StreamsConfig config = config(stateDir, metrics);
        Properties properties = new Properties();
        properties.putAll(config.originals());
        driver = new TopologyTestDriver(
                SettlementTopology.build(config, SERDES, partitions, metrics), properties, wallClock);
        Serde<SettlementRequested> requested = SERDES.of(Topics.SETTLEMENT_REQUESTS);
        requests = driver.createInputTopic(
                Topics.SETTLEMENT_REQUESTS.name(), new StringSerializer(), requested.serializer());
        rawRequests = driver.createInputTopic(
                Topics.SETTLEMENT_REQUESTS.name(), new ByteArraySerializer(), new ByteArraySerializer());
        postings = driver.createInputTopic(
                Topics.LEDGER_POSTINGS.name(),
                new StringSerializer(),
                SERDES.of(Topics.LEDGER_POSTINGS).serializer());
        entries = driver.createOutputTopic(
                Topics.LEDGER_ENTRIES.name(),
                new StringDeserializer(),
                SERDES.of(Topics.LEDGER_ENTRIES).deserializer());
        completions = driver.createOutputTopic(
                Topics.SETTLEMENT_COMPLETIONS.name(),
                new StringDeserializer(),
                SERDES.of(Topics.SETTLEMENT_COMPLETIONS).deserializer());
        deadLetters = driver.createOutputTopic(
                Topics.SETTLEMENT_DEAD_LETTERS.name(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static Topology topology(Path stateDir) {
        SettlementMetrics metrics = new SettlementMetrics(new SimpleMeterRegistry());
        return SettlementTopology.build(config(stateDir, metrics), SERDES, 4, metrics);
    }

    private static StreamsConfig config(Path stateDir, SettlementMetrics metrics) {
        SettlementSettings settings = new SettlementSettings(
                "127.0.0.1:9",
                URI.create("http://127.0.0.1:9"),
                stateDir,
                "127.0.0.1:8081",
                "settlement-test",
                1,
                1,
                0,
                Duration.ofSeconds(6),
                Duration.ofSeconds(10));
        return StreamsConfigFactory.create(settings, metrics);
    }

    void request(SettlementRequested request, Instant recordedAt) {
        request(request, recordedAt, new RecordHeaders());
    }

    void request(SettlementRequested request, Instant recordedAt, Headers headers) {
        requests.pipeInput(new TestRecord<>(request.getWalletId(), request, headers, recordedAt));
    }

    double count(String meter, String tag, String value) {
        return meters.get(meter).tag(tag, value).counter().count();
    }

    int size(String store) {
        int size = 0;
        try (var all = driver.getKeyValueStore(store).all()) {
            while (all.hasNext()) {
                all.next();
                size++;
            }
        }
        return size;
    }

    Map<String, Wallet> wallets() {
        Map<String, Wallet> wallets = new TreeMap<>();
        KeyValueStore<String, Wallet> store = driver.getKeyValueStore(WalletProcessor.WALLETS);
        try (var all = store.all()) {
            all.forEachRemaining(next -> wallets.put(next.key, next.value));
        }
        return wallets;
    }

    /** The number of emitted entries, as the store counts them. */
    long entryCount() {
        return EntryCount.of(driver.getKeyValueStore(WalletProcessor.PROGRESS));
    }

    /** The compacted changelog of each store, from which a crashed process is restored. */
    Map<String, Map<Bytes, byte[]>> changelogs() {
        Map<String, Map<Bytes, byte[]>> changelogs = new TreeMap<>();
        for (String store : STORES) {
            Map<Bytes, byte[]> latest = new TreeMap<>(restored.getOrDefault(store, Map.of()));
            var records = driver.createOutputTopic(
                    "settlement-test-" + store + "-changelog",
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer());
            while (!records.isEmpty()) {
                var record = records.readKeyValue();
                if (record.value == null) {
                    latest.remove(Bytes.wrap(record.key));
                } else {
                    latest.put(Bytes.wrap(record.key), record.value);
                }
            }
            changelogs.put(store, latest);
        }
        return changelogs;
    }

    /** Restores the stores from changelogs, as after a kill. */
    void restore(Map<String, Map<Bytes, byte[]>> changelogs) {
        restored = changelogs;
        changelogs.forEach((store, records) -> {
            @SuppressWarnings("unchecked") // Below its serdes, every store holds bytes.
            KeyValueStore<Bytes, byte[]> bytes =
                    ((WrappedStateStore<KeyValueStore<Bytes, byte[]>, ?, ?>) driver.getKeyValueStore(store)).wrapped();
            records.forEach(bytes::put);
        });
    }

    void advance(Duration time) {
        driver.advanceWallClockTime(time);
    }

    @Override
    public void close() {
        driver.close();
    }
}
