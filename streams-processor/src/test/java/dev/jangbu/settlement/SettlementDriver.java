package dev.jangbu.settlement;

import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.runtime.SettlementProperties;
import dev.jangbu.settlement.runtime.StreamsSettings;
import dev.jangbu.settlement.wallet.EntryCount;
import dev.jangbu.settlement.wallet.Wallet;
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

/** The topology in a test: the real settings and stores, no broker. The driver has one partition, number 0. */
final class SettlementDriver implements AutoCloseable {

    static final List<String> STORES = List.of(
            SettlementTopology.WALLETS,
            SettlementTopology.SEEN,
            SettlementTopology.REPLAYED,
            SettlementTopology.DESK_CLOCK,
            SettlementTopology.POSTED_PARTS);

    private static final FixedIdSerdes SERDES = new FixedIdSerdes();

    private Map<String, Map<Bytes, byte[]>> before = Map.of();

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
        SettlementProperties properties = new SettlementProperties(
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
        return StreamsSettings.of(properties, metrics);
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
        KeyValueStore<String, Wallet> store = driver.getKeyValueStore(SettlementTopology.WALLETS);
        try (var all = store.all()) {
            all.forEachRemaining(next -> wallets.put(next.key, next.value));
        }
        return wallets;
    }

    /** How many entries the desk says that it has emitted. */
    long count() {
        KeyValueStore<String, Long> counts = driver.getKeyValueStore(SettlementTopology.DESK_CLOCK);
        return counts.get(EntryCount.KEY);
    }

    /** What is left of each store's changelog when it is compacted: all that a restart after a crash has. */
    Map<String, Map<Bytes, byte[]>> changelogs() {
        Map<String, Map<Bytes, byte[]>> changelogs = new TreeMap<>();
        for (String store : STORES) {
            Map<Bytes, byte[]> latest = new TreeMap<>(before.getOrDefault(store, Map.of()));
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

    /** Starts where a process was killed: stores made of the changelogs alone. */
    void restore(Map<String, Map<Bytes, byte[]>> changelogs) {
        before = changelogs;
        changelogs.forEach((store, records) -> {
            @SuppressWarnings("unchecked") // Below its serdes, every store is one of bytes.
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
