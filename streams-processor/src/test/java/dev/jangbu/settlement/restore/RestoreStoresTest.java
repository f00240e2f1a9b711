package dev.jangbu.settlement.restore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.Provision;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.Requests;
import dev.jangbu.settlement.WalletEntries;
import dev.jangbu.settlement.completion.CompletionProcessor;
import dev.jangbu.settlement.runtime.GroupOffsets;
import dev.jangbu.settlement.wallet.WalletProcessor;
import dev.jangbu.testsupport.ChildProcess;
import dev.jangbu.testsupport.TestBroker;
import dev.jangbu.testsupport.TestRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** {@link RestoreStores} as the process that {@code ./jangbu restore wallets} starts, with the registry. */
class RestoreStoresTest {

    private static final String APPLICATION = "restored";
    private static final int PARTITIONS = 2;

    private record Result(int exitCode, String output) {}

    @Test
    void writesTheChangelogsOnceAndCommitsTheFirstOffsets() throws Exception {
        TestBroker.reset();
        try (TestRegistry registry = new TestRegistry();
                Admin admin = TestBroker.admin()) {
            Provision.topics(admin, PARTITIONS, 1);
            Provision.schemas(registry.awaitReady().url());
            sendEntries(new AvroSerdes(registry.url()), 3);
            String payout = "%s %s seller-b:KRW 1795154400000\n".formatted(UUID.randomUUID(), UUID.randomUUID());

            Result first = run(registry, payout);

            assertThat(first.exitCode()).as(first.output()).isZero();
            int partition = Topic.partitionFor("seller-a:KRW", PARTITIONS);
            assertThat(changelog(WalletProcessor.WALLETS))
                    .hasSize(3)
                    .allMatch(record -> record.partition() == partition);
            assertThat(changelog(WalletProcessor.REMEMBERED)).hasSize(4);
            assertThat(changelog(WalletProcessor.PROGRESS))
                    .extracting(record -> new String(record.key(), StandardCharsets.UTF_8))
                    .containsExactly("entries", "clock-ms");
            assertThat(changelog(WalletProcessor.DECIDED)).isEmpty();
            assertThat(changelog(CompletionProcessor.POSTED_PARTS)).isEmpty();
            assertThat(admin.listConsumerGroupOffsets(APPLICATION)
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .values())
                    .hasSize(2 * PARTITIONS)
                    .allMatch(offset -> offset.offset() == 0);

            Result second = run(registry, payout);

            assertThat(second.exitCode()).isEqualTo(2);
            assertThat(second.output()).contains("The stores could not be restored", "already exists");
        }
    }

    private static void sendEntries(AvroSerdes serdes, int count) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", TestBroker.address()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            Random random = new Random(5);
            for (int version = 1; version <= count; version++) {
                LedgerEntry entry = WalletEntries.of(Requests.idAt(Instant.now(), random), version, 100L * version)
                        .build();
                producer.send(new ProducerRecord<>(
                                Topics.LEDGER_ENTRIES.name(),
                                entry.getWalletId().getBytes(StandardCharsets.UTF_8),
                                serdes.warm(Topics.LEDGER_ENTRIES)
                                        .serializer()
                                        .serialize(Topics.LEDGER_ENTRIES.name(), entry)))
                        .get();
            }
        }
    }

    private static Result run(TestRegistry registry, String input) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        ChildProcess.java(), "-cp", ChildProcess.classPath(), RestoreStores.class.getName())
                .redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of(
                        "JANGBU_KAFKA",
                        TestBroker.address(),
                        "JANGBU_REGISTRY",
                        registry.url().toString(),
                        "JANGBU_APPLICATION_ID",
                        APPLICATION,
                        "JANGBU_REPLICATION_FACTOR",
                        "1"));
        Process program = builder.start();
        try (OutputStream in = program.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(program.waitFor(), output);
    }

    private static List<ConsumerRecord<byte[], byte[]>> changelog(String store) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (CommittedTopic topic =
                CommittedTopic.open(TestBroker.address(), GroupOffsets.changelog(APPLICATION, store))) {
            topic.records().forEach(records::add);
        }
        return records;
    }
}
