package dev.jangbu.proving;

import static dev.jangbu.proving.stack.Shop.line;
import static dev.jangbu.proving.stack.Shop.newOrderId;
import static dev.jangbu.proving.stack.Shop.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.stack.EphemeralStack.CommandResult;
import dev.jangbu.proving.stack.SharedStack;
import dev.jangbu.proving.stack.Shop;
import dev.jangbu.proving.stack.TopicReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Redelivered requests change no balance. They are redelivered after each of:
 *
 * <ul>
 *   <li>the loss of the wallets' disk,
 *   <li>a crash of Connect before it stores its offsets,
 *   <li>a republication of outbox rows,
 *   <li>a repetition of all records of settlement.requests.
 * </ul>
 */
class RedeliveryIT {

    private static final String STREAMS_GROUP = "jangbu-settlement";
    private static final List<String> SELLERS =
            IntStream.range(0, 6).mapToObj(n -> "again-" + n).toList();

    private static SharedStack stack;
    private static HttpApi api;
    private static Shop shop;

    @BeforeAll
    static void startStack() {
        stack = SharedStack.running();
        api = stack.api();
        shop = new Shop(api);
    }

    @AfterAll
    static void close() {
        api.close();
    }

    @Test
    void redeliveredRequestsChangeNoBalance() throws Exception {
        Instant begin = Instant.now().minusSeconds(1);
        for (int n = 0; n < 8; n++) {
            pay(n);
        }
        Map<String, String> before = wallets();
        assertThat(before).hasSize(SELLERS.size()).doesNotContainValue("0 at 0");

        // The wallets' disk is lost while the process runs; then the process crashes.
        ProcessHandle streams = stack.process("streams-processor").orElseThrow();
        delete(stack.data().resolve("streams"));
        stack.kill9("streams-processor");
        // Connect has not stored the offsets of the last second's payments: it publishes them again.
        ProcessHandle connect = stack.process("connect").orElseThrow();
        stack.kill9("connect");
        CommandResult republished = jangbu("outbox", "republish", "--from", begin.toString(), "--batch", "5");
        assertThat(republished.exitCode()).as(republished.output()).isZero();
        assertThat(republished.output()).containsPattern("Done: (8|9|[1-9][0-9]+) rows");
        repeatAllRequests();
        stack.awaitRestartOf("streams-processor", streams);
        stack.awaitRestartOf("connect", connect);
        // One more payment, behind all of these rows in the outbox.
        pay(100);
        await("all requests are decided")
                .atMost(Shop.SETTLE_LIMIT)
                .ignoreExceptions()
                .until(RedeliveryIT::isStreamsGroupAtTheEnd);

        Map<String, String> expected = new TreeMap<>(before);
        expected.computeIfPresent(seller(100), (seller, wallet) -> moved(wallet, 101_000));
        expected.computeIfPresent("again-5", (seller, wallet) -> moved(wallet, 9));
        await().atMost(Shop.SETTLE_LIMIT).ignoreExceptions().untilAsserted(() -> assertThat(wallets())
                .isEqualTo(expected));
        assertThatAWalletHasThePositionOfItsBooksLastJournal();
        AuditAssertions.assertThatAllHolds(stack.address(), "after redelivery");
    }

    /**
     * The count of the wallet processor equals the numbers of ledger-service: a read may wait for the last journal,
     * not for a later one.
     */
    private static void assertThatAWalletHasThePositionOfItsBooksLastJournal() throws IOException {
        int book = Topic.partitionFor("again-5:KRW", Topics.LOCAL_PARTITIONS);
        AtomicLong last = new AtomicLong();
        new TopicReader(stack.address())
                .read(
                        Topics.LEDGER_POSTINGS,
                        (record, posted) ->
                                last.accumulateAndGet(posted.getBook() == book ? posted.getJournalNo() : 0, Math::max),
                        unreadable -> {});
        String read = "/wallets/again-5?currency=KRW&position=" + book + ":";
        assertThat(api.get(read + last).status()).isEqualTo(200);
        Response tooFar = api.get(read + (last.get() + 1));
        assertThat(tooFar.status()).as("%s", tooFar).isEqualTo(503);
        assertThat(tooFar.text("code")).isEqualTo("restoring");
        assertThat(tooFar.headers().firstValue("Retry-After")).isPresent();
    }

    @Test
    void aDeadLetterIsListedShownAndNotReplayedWhileItIsUnreadable() throws Exception {
        String marker = "poison-" + UUID.randomUUID();
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            producer.send(new ProducerRecord<>(
                            Topics.SETTLEMENT_REQUESTS.name(),
                            marker.getBytes(StandardCharsets.UTF_8),
                            "no wire format".getBytes(StandardCharsets.UTF_8)))
                    .get();
        }
        JsonNode letter = await("the dead letter")
                .atMost(Shop.SETTLE_LIMIT)
                .until(() -> letter(marker), found -> !found.isMissingNode());
        String number = letter.path("offset").asText();
        assertThat(letter.path("replays").isEmpty()).isTrue();

        CommandResult shown = jangbu("dead-letters", "show", number);
        assertThat(shown.exitCode()).as(shown.output()).isZero();
        assertThat(shown.output()).contains(marker, "undecodable", "6e6f2077697265");

        CommandResult replayed = jangbu("dead-letters", "replay", number, "--reason", "for a test");
        assertThat(replayed.exitCode()).as(replayed.output()).isEqualTo(1);
        assertThat(replayed.output()).contains(number + "  not sent.", "still can't be read");

        CommandResult missing = jangbu("dead-letters", "show", "999999");
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.output()).contains("There is no dead letter 999999");
    }

    private static JsonNode letter(String key) throws IOException {
        CommandResult list =
                jangbu("dead-letters", "--json", "--topic", "settlement.requests", "--by", "wallet-processor");
        assertThat(list.exitCode()).as(list.output()).isZero();
        for (String each :
                list.output().lines().filter(text -> text.startsWith("{")).toList()) {
            JsonNode letter = new ObjectMapper().readTree(each);
            if (letter.path("key").asText().equals(key)) {
                return letter;
            }
        }
        return MissingNode.getInstance();
    }

    private static void pay(int n) throws IOException {
        String id = shop.create(order(newOrderId(), line(seller(n), 1_000L * (n + 1), 0), line("again-5", 10, 1)));
        Response confirmed = shop.confirm(id, UUID.randomUUID().toString(), "again_" + id, 1_000L * (n + 1) + 10);
        assertThat(confirmed.status()).as("%s", confirmed).isEqualTo(200);
        shop.awaitStatus(id, "COMPLETED");
    }

    private static String seller(int n) {
        return SELLERS.get(n % 5);
    }

    /** "balance at version" by seller. */
    private static Map<String, String> wallets() throws IOException {
        Map<String, String> wallets = new TreeMap<>();
        for (String seller : SELLERS) {
            Response wallet = api.get("/wallets/" + seller + "?currency=KRW");
            assertThat(wallet.status()).as("%s", wallet).isEqualTo(200);
            wallets.put(seller, wallet.text("balance") + " at " + wallet.text("version"));
        }
        return wallets;
    }

    private static String moved(String wallet, long amount) {
        String[] parts = wallet.split(" at ", 2);
        return (Long.parseLong(parts[0]) + amount) + " at " + (Long.parseLong(parts[1]) + 1);
    }

    private static CommandResult jangbu(String... command) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of("--data", stack.data().toString()));
        return stack.run(arguments.toArray(String[]::new));
    }

    private static void repeatAllRequests() throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            new TopicReader(stack.address())
                    .readRaw(
                            Topics.SETTLEMENT_REQUESTS,
                            record -> sent.add(producer.send(new ProducerRecord<>(
                                    record.topic(),
                                    record.partition(),
                                    record.key(),
                                    record.value(),
                                    record.headers()))));
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        }
    }

    private static KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.address().kafka()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static boolean isStreamsGroupAtTheEnd() throws Exception {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", stack.address().kafka()))) {
            Map<TopicPartition, OffsetSpec> latest = IntStream.range(0, Topics.LOCAL_PARTITIONS)
                    .mapToObj(partition -> new TopicPartition(Topics.SETTLEMENT_REQUESTS.name(), partition))
                    .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
            var committed = admin.listConsumerGroupOffsets(STREAMS_GROUP)
                    .partitionsToOffsetAndMetadata()
                    .get();
            return admin.listOffsets(latest).all().get().entrySet().stream()
                    .allMatch(end -> end.getValue().offset() == 0
                            || (committed.get(end.getKey()) != null
                                    && committed.get(end.getKey()).offset()
                                            == end.getValue().offset()));
        }
    }

    private static void delete(Path directory) throws IOException {
        assertThat(directory).isDirectory();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }
}
