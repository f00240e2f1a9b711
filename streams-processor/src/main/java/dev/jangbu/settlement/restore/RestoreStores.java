package dev.jangbu.settlement.restore;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.Provision;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.runtime.GroupOffsets;
import dev.jangbu.settlement.state.ChangelogStores;
import dev.jangbu.settlement.wallet.RestoredStores;
import dev.jangbu.settlement.wallet.RestoredStores.Change;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * The second half of {@code ./jangbu restore wallets}: writes the changelogs of the settlement's stores from {@code
 * ledger.entries}, and commits the group's first offsets. The changelogs must not exist, and no instance may run. The
 * command deletes what an interrupted run has left.
 *
 * <p>Environment: {@code JANGBU_KAFKA}, {@code JANGBU_REGISTRY}, {@code JANGBU_APPLICATION_ID} and {@code
 * JANGBU_REPLICATION_FACTOR}, those of the service. Standard input: a line for each rejected payout, its settlementId,
 * referenceId, walletId and the time of the decision in milliseconds since 1970. Exit code 0, or 2 with the reason.
 */
public final class RestoreStores {

    private static final int BATCH = 5_000;
    private static final long PROGRESS_NANOS = 1_000_000_000L;

    private final String kafka;
    private final RecordSerdes serdes;
    private final String group;
    private final int replicationFactor;
    private final PrintStream progress;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    /** @param group the application id */
    public RestoreStores(String kafka, RecordSerdes serdes, String group, int replicationFactor, PrintStream progress) {
        this.kafka = kafka;
        this.serdes = serdes;
        this.group = group;
        this.replicationFactor = replicationFactor;
        this.progress = progress;
    }

    public static void main(String[] args) {
        // Before the first logger is created.
        System.setProperty("logback.configurationFile", "logback-command.xml");
        Map<String, String> environment = System.getenv();
        try (BufferedReader rejected = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            new RestoreStores(
                            environment.getOrDefault("JANGBU_KAFKA", "127.0.0.1:9092"),
                            new AvroSerdes(
                                    URI.create(environment.getOrDefault("JANGBU_REGISTRY", "http://127.0.0.1:8084"))),
                            environment.getOrDefault("JANGBU_APPLICATION_ID", "jangbu-settlement"),
                            Integer.parseInt(environment.getOrDefault("JANGBU_REPLICATION_FACTOR", "1")),
                            System.err)
                    .run(rejected.lines().map(RejectedPayout::parse).toList());
            System.exit(0);
        } catch (Exception e) {
            System.err.println("The stores could not be restored: " + e);
            System.exit(2);
        }
    }

    /** A payout without entry, whose repetition must be a duplicate. */
    public record RejectedPayout(UUID settlementId, UUID referenceId, String walletId, long decidedAtMs) {

        static RejectedPayout parse(String line) {
            String[] fields = line.split(" ", 4);
            return new RejectedPayout(
                    UUID.fromString(fields[0]), UUID.fromString(fields[1]), fields[2], Long.parseLong(fields[3]));
        }
    }

    /** Writes all changelogs, then commits the offsets. */
    public void run(List<RejectedPayout> rejected)
            throws IOException, ExecutionException, InterruptedException, TimeoutException {
        try (Admin admin = Admin.create(Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka));
                CommittedTopic entries = CommittedTopic.open(
                        Map.of(
                                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                kafka,
                                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                                BATCH),
                        Topics.LEDGER_ENTRIES.name(),
                        CommittedTopic.STALL_TIMEOUT)) {
            int partitions = entries.partitions().size();
            createChangelogs(admin, partitions);
            try (KafkaProducer<byte[], byte[]> producer = producer()) {
                write(entries, partitions, rejected, producer);
            }
            Exception failed = failure.get();
            if (failed != null) {
                throw new IOException("Kafka refused a record", failed);
            }
            new GroupOffsets(admin, group, partitions).commitFirst();
        }
    }

    private void write(
            CommittedTopic entries,
            int partitions,
            List<RejectedPayout> rejected,
            KafkaProducer<byte[], byte[]> producer) {
        Deserializer<LedgerEntry> deserializer =
                serdes.warm(Topics.LEDGER_ENTRIES).deserializer();
        Map<TopicPartition, Long> begin = entries.beginningOffsets();
        Map<TopicPartition, Long> end = entries.endOffsets();
        long count = 0;
        long reported = System.nanoTime();
        List<RestoredStores> stores =
                Stream.generate(RestoredStores::new).limit(partitions).toList();
        for (RejectedPayout payout : rejected) {
            int partition = Topic.partitionFor(payout.walletId(), partitions);
            send(
                    producer,
                    partition,
                    stores.get(partition).remember(payout.settlementId(), payout.referenceId(), payout.decidedAtMs()));
        }
        for (List<ConsumerRecord<byte[], byte[]>> batch : entries.batches(begin, end)) {
            for (ConsumerRecord<byte[], byte[]> record : batch) {
                LedgerEntry entry = deserializer.deserialize(record.topic(), record.value());
                stores.get(record.partition()).add(entry).forEach(change -> send(producer, record.partition(), change));
            }
            count += batch.size();
            if (System.nanoTime() - reported > PROGRESS_NANOS) {
                reported = System.nanoTime();
                progress.printf("  … the state of %,d entries is written%n", count);
            }
        }
        for (int partition = 0; partition < partitions; partition++) {
            for (Change change : stores.get(partition).progress()) {
                send(producer, partition, change);
            }
        }
        producer.flush();
    }

    private void send(KafkaProducer<byte[], byte[]> producer, int partition, Change change) {
        Future<RecordMetadata> unused = producer.send(
                new ProducerRecord<>(
                        GroupOffsets.changelog(group, change.store()), partition, change.key(), change.value()),
                (metadata, exception) -> {
                    if (exception != null) {
                        failure.compareAndSet(null, exception);
                    }
                });
    }

    /** As Kafka Streams creates them. */
    private void createChangelogs(Admin admin, int partitions) throws ExecutionException, InterruptedException {
        Map<String, String> config = new HashMap<>(ChangelogStores.topicConfig());
        config.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, replicationFactor >= 3 ? "2" : "1");
        Provision.create(
                admin,
                GroupOffsets.STORES.stream()
                        .map(store -> new NewTopic(
                                        GroupOffsets.changelog(group, store), partitions, (short) replicationFactor)
                                .configs(config))
                        .toList());
    }

    private KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka,
                        ProducerConfig.LINGER_MS_CONFIG,
                        20,
                        ProducerConfig.BATCH_SIZE_CONFIG,
                        128 * 1024,
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "lz4"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
