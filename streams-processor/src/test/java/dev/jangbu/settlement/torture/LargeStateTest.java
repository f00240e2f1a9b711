package dev.jangbu.settlement.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.Provision;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.Requests;
import dev.jangbu.settlement.SettlementMetrics;
import dev.jangbu.settlement.SettlementTopology;
import dev.jangbu.settlement.runtime.KafkaInThisJvm;
import dev.jangbu.settlement.runtime.Schemas;
import dev.jangbu.settlement.runtime.SettlementProperties;
import dev.jangbu.settlement.runtime.SettlementStreams;
import dev.jangbu.settlement.runtime.SettlementStreams.State;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the desk costs, in figures that it prints; the assertions only catch what would be absurd. */
@Tag("proof")
class DeskCostTest {

    private static final int IDS = Integer.getInteger("jangbu.ids", 10_000_000);
    private static final int REQUESTS = Integer.getInteger("jangbu.requests", 100_000);
    private static final int PARTITIONS = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(8);

    private final Random random = new Random(3);

    @TempDir
    Path directory;

    private KafkaInThisJvm kafka;
    private Admin admin;
    private KafkaProducer<byte[], byte[]> producer;

    @BeforeEach
    void start() throws Exception {
        kafka = new KafkaInThisJvm(directory.resolve("kafka"));
        admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()));
        Provision.topics(admin, PARTITIONS, 1);
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrap(), "linger.ms", 5, "batch.size", 131_072),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @AfterEach
    void stop() {
        producer.close();
        admin.close();
        kafka.close();
    }

    /** The memory of 50 hours, of which the last one is due to be swept, restored from its changelog; then at work. */
    @Test
    void theMemoryIsRestoredInMinutesAndCostsLittleWhileItWorks() throws Exception {
        for (int n = 0; n < REQUESTS; n++) {
            send(payment(n % 1_000));
        }
        producer.flush();
        double emptyPerSecond = work("empty", 0);
        writeIds("full");
        double fullPerSecond = work("full", IDS);

        assertThat(fullPerSecond).isGreaterThan(emptyPerSecond / 4);
    }

    @Test
    void theWayFromARequestToItsCommittedEntryIsShort() throws Exception {
        Map<String, Long> sentAt = new ConcurrentHashMap<>();
        int perSecond = Integer.getInteger("jangbu.rate", 20);
        int count = 30 * perSecond;
        try (SettlementStreams settlement = settlement("latency")) {
            settlement.start();
            awaitRunning(settlement);
            AtomicBoolean done = new AtomicBoolean();
            Thread sender = Thread.ofPlatform().start(() -> {
                for (int n = 0; n < count; n++) {
                    SettlementRequested request = payment(n % 50);
                    sentAt.put(request.getSettlementId(), System.nanoTime());
                    send(request);
                    LockSupport.parkNanos(random.nextInt(2_000_000_000 / perSecond));
                }
                done.set(true);
            });
            long[] latencies = latencies(sentAt, count);
            sender.join();
            assertThat(done).isTrue();
            Arrays.sort(latencies);
            System.out.printf(
                    "request → committed entry, at %d/s: p50 %.1f ms, p99 %.1f ms, max %.1f ms%n",
                    perSecond,
                    latencies[count / 2] / 1e6,
                    latencies[count * 99 / 100] / 1e6,
                    latencies[count - 1] / 1e6);
            assertThat(latencies[count / 2]).isLessThan(Duration.ofMillis(500).toNanos());
        }
    }

    private long[] latencies(Map<String, Long> sentAt, int count) {
        FixedIdSerdes serdes = new FixedIdSerdes();
        long[] latencies = new long[count];
        int read = 0;
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrap(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.LEDGER_ENTRIES.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (read < count) {
                for (var record : consumer.poll(Duration.ofMillis(50))) {
                    String id = serdes.of(Topics.LEDGER_ENTRIES)
                            .deserializer()
                            .deserialize(record.topic(), record.value())
                            .getSettlementId();
                    latencies[read++] = System.nanoTime() - sentAt.get(id);
                }
            }
        }
        return latencies;
    }

    private double work(String application, int ids) throws Exception {
        try (SettlementStreams settlement = settlement(application)) {
            long begin = System.nanoTime();
            settlement.start();
            awaitRunning(settlement);
            long running = System.nanoTime();
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> isCaughtUp(application));
            double perSecond = REQUESTS / ((System.nanoTime() - running) / 1e9);
            System.out.printf(
                    "%d ids: running after %.1f s, then %.0f requests/s%n", ids, (running - begin) / 1e9, perSecond);
            return perSecond;
        }
    }

    private boolean isCaughtUp(String application) throws Exception {
        var committed = admin.listConsumerGroupOffsets(application)
                .partitionsToOffsetAndMetadata()
                .get();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            TopicPartition requests = new TopicPartition(Topics.SETTLEMENT_REQUESTS.name(), partition);
            long end = admin.listOffsets(Map.of(requests, OffsetSpec.latest()))
                    .partitionResult(requests)
                    .get()
                    .offset();
            if (committed.get(requests) == null || committed.get(requests).offset() != end) {
                return false;
            }
        }
        return true;
    }

    private void writeIds(String application) throws Exception {
        String seen = application + "-" + SettlementTopology.SEEN + "-changelog";
        admin.createTopics(
                        List.of(new NewTopic(seen, PARTITIONS, (short) 1).configs(Map.of("cleanup.policy", "compact"))))
                .all()
                .get();
        long from = Instant.now().minus(Duration.ofHours(50)).toEpochMilli();
        long span = Duration.ofHours(50).toMillis();
        for (long n = 0; n < IDS; n++) {
            UUID id = Requests.idAt(Instant.ofEpochMilli(from + span * n / IDS), random);
            byte[] key = ByteBuffer.allocate(16)
                    .putLong(id.getMostSignificantBits())
                    .putLong(id.getLeastSignificantBits())
                    .array();
            Future<RecordMetadata> unused =
                    producer.send(new ProducerRecord<>(seen, (int) (n % PARTITIONS), key, new byte[] {1}));
        }
        producer.flush();
    }

    private SettlementStreams settlement(String application) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        return new SettlementStreams(
                new SettlementProperties(
                        kafka.bootstrap(),
                        URI.create("http://127.0.0.1:9"),
                        directory.resolve(application),
                        "127.0.0.1:9",
                        application,
                        1,
                        1,
                        0,
                        Duration.ofSeconds(6),
                        Duration.ofSeconds(10)),
                new Schemas(new FixedIdSerdes(), () -> {}),
                new SettlementMetrics(meters),
                meters,
                Clock.systemUTC(),
                () -> {});
    }

    private static void awaitRunning(SettlementStreams settlement) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> settlement.health().state() == State.RUNNING);
    }

    private SettlementRequested payment(int seller) {
        return Requests.of(SettlementKind.PAYMENT, Requests.idAt(Instant.now(), random), 1_000)
                .setSellerId("seller-" + seller)
                .setWalletId("seller-" + seller + ":KRW")
                .build();
    }

    private void send(SettlementRequested request) {
        Future<RecordMetadata> unused = producer.send(new ProducerRecord<>(
                Topics.SETTLEMENT_REQUESTS.name(),
                request.getWalletId().getBytes(StandardCharsets.UTF_8),
                new FixedIdSerdes()
                        .of(Topics.SETTLEMENT_REQUESTS)
                        .serializer()
                        .serialize(Topics.SETTLEMENT_REQUESTS.name(), request)));
    }
}
