package dev.jangbu.ledger.posting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.LedgerService;
import dev.jangbu.ledger.database.LedgerDatabase;
import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.journal.TestEntries;
import dev.jangbu.testsupport.TestBroker;
import dev.jangbu.testsupport.TestHttpClient;
import dev.jangbu.testsupport.TestPostgres;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads at a past time, on a real broker and a real PostgreSQL. The test is the wallet processor. */
final class FinalReadsTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(120);
    private static final Duration AHEAD = Duration.ofSeconds(10);
    private static final JsonMapper JSON = new JsonMapper();
    private static final String GROUP = "jangbu-settlement";
    private static final String ACCOUNT = "/ledger/accounts/psp:toss:receivable?currency=KRW";

    private static ConfigurableApplicationContext service;
    private static TestHttpClient http;
    private static KafkaProducer<byte[], byte[]> requests;
    private static KafkaProducer<byte[], byte[]> entries;

    /** A clock that is ahead by the margin: what was just recorded is older than it, what follows is not. */
    @Configuration(proxyBeanMethods = false)
    static class ClockAhead {
        @Bean
        @Primary
        Clock ahead() {
            return Clock.offset(Clock.systemUTC(), AHEAD);
        }
    }

    /** A request in Kafka. */
    private record Request(Entry entry, int partition, long offset) {

        /** The end of the millisecond in which it was recorded. */
        Instant at() {
            return entry.recordedAt().plusNanos(999_000);
        }
    }

    @BeforeAll
    static void start() {
        LedgerDatabase.fresh();
        TestTopics.recreate();
        service = new SpringApplication(LedgerService.class, ServiceProcess.WithoutRegistry.class, ClockAhead.class)
                .run(
                        "--server.port=0",
                        "--jangbu.instance=final-reads",
                        "--jangbu.postgres=" + TestPostgres.address(),
                        "--jangbu.owner-password=" + TestPostgres.PASSWORD,
                        "--jangbu.ledger-password=" + TestPostgres.PASSWORD,
                        "--jangbu.kafka=" + TestBroker.address());
        http = TestHttpClient.of(
                ((WebServerApplicationContext) service).getWebServer().getPort());
        requests = producer(Map.of());
        entries = producer(Map.of("transactional.id", "processor-" + UUID.randomUUID()));
        entries.initTransactions();
    }

    @AfterAll
    static void stop() {
        requests.close();
        entries.close();
        service.close();
    }

    @Test
    void aFinalAnswerNeverChangesAndAnyOtherSaysSo() throws Exception {
        Request first = request("a");
        decide(first);
        awaitFinal(first.at(), 12_000);

        // The processor is down.
        Request second = request("b");
        assertNotFinal(second.at(), 12_000);
        assertThat(read(ACCOUNT, second.at()).get("books").values())
                .filteredOn(book -> book.get("book").intValue() == first.partition())
                .extracting(book -> Instant.parse(book.get("recordedAt").asString()))
                .containsExactly(first.entry().recordedAt());
        awaitFinal(first.at(), 12_000);

        // Decided, and not committed yet.
        entries.beginTransaction();
        send(second);
        entries.flush();
        assertNotFinal(second.at(), 12_000);
        entries.abortTransaction();
        assertNotFinal(second.at(), 12_000);

        // Decided, and not posted yet.
        try (Connection superuser = LedgerDatabase.connect(TestPostgres.SUPERUSER);
                Statement statement = superuser.createStatement()) {
            superuser.setAutoCommit(false);
            statement.execute("LOCK TABLE journals IN SHARE MODE");
            decide(second);
            for (int i = 0; i < 5; i++) {
                assertNotFinal(second.at(), 12_000);
            }
            superuser.rollback();
        }
        awaitFinal(second.at(), 24_000);

        // Other requests come while one book waits.
        Request third = request(sellerOf(0));
        await().until(() -> Instant.now().isAfter(third.at()));
        Request fourth = request(sellerOf(1));
        decide(fourth);
        assertNotFinal(third.at(), 24_000);
        awaitFinal(second.at(), 24_000);
        decide(third);
        awaitFinal(fourth.at(), 48_000);
        awaitFinal(second.at(), 24_000);
        awaitFinal(first.at(), 12_000);

        Instant now = Instant.now().plus(AHEAD);
        for (Instant at : new Instant[] {now.minusSeconds(5), now.plus(Duration.ofHours(1))}) {
            JsonNode account = read(ACCOUNT, at);
            assertThat(account.get("final").booleanValue())
                    .as("%s at %s", account, at)
                    .isFalse();
        }
        assertThat(JSON.readTree(http.get(ACCOUNT).body()).has("final")).isFalse();
        assertThat(JSON.readTree(http.get("/ledger/trial-balance").body()).has("books"))
                .isFalse();
    }

    private static void awaitFinal(Instant at, long balance) {
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(read(ACCOUNT, at).get("final").booleanValue())
                        .isTrue());
        JsonNode account = read(ACCOUNT, at);
        assertThat(account.get("balance").longValue()).isEqualTo(balance);
        assertThat(account.has("books")).isFalse();
        JsonNode trial = read("/ledger/trial-balance?", at);
        assertThat(trial.get("final").booleanValue()).isTrue();
        assertThat(trial.has("books")).isFalse();
        assertThat(trial.get("currencies").get(0).get("debits").longValue()).isEqualTo(balance);
    }

    private static void assertNotFinal(Instant at, long balance) {
        for (String path : new String[] {ACCOUNT, "/ledger/trial-balance?"}) {
            JsonNode answer = read(path, at);
            assertThat(answer.get("final").booleanValue()).as("%s", answer).isFalse();
            assertThat(answer.get("books").size()).isEqualTo(TestTopics.PARTITIONS);
        }
        assertThat(read(ACCOUNT, at).get("balance").longValue()).isEqualTo(balance);
    }

    private static JsonNode read(String path, Instant at) {
        TestHttpClient.Response response = http.get(path + "&at=" + at);
        assertThat(response.status()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static String sellerOf(int partition) {
        return IntStream.range(0, 100)
                .mapToObj(i -> "seller" + i)
                .filter(seller -> Topic.partitionFor(seller + ":KRW", TestTopics.PARTITIONS) == partition)
                .findFirst()
                .orElseThrow();
    }

    /** Writes a request of 12,000; its content is not read. */
    private static Request request(String seller) throws Exception {
        Entry payment = TestEntries.payment(seller);
        int partition = Topic.partitionFor(payment.walletId(), TestTopics.PARTITIONS);
        RecordMetadata recorded = requests.send(new ProducerRecord<>(
                        Topics.SETTLEMENT_REQUESTS.name(), partition, EntryRecords.key(payment), new byte[] {1}))
                .get();
        Entry entry = new Entry(
                payment.settlementId(),
                payment.kind(),
                payment.referenceId(),
                payment.referenceParts(),
                payment.part(),
                payment.currency(),
                payment.lines(),
                payment.walletId(),
                payment.balanceAfterMinor(),
                payment.walletVersion(),
                payment.occurredAt(),
                Instant.ofEpochMilli(recorded.timestamp()));
        return new Request(entry, partition, recorded.offset());
    }

    /** One transaction: the entry with the time of its request, and the request's offset. */
    @SuppressWarnings("removal") // The producer is no member of the group whose offset it commits.
    private static void decide(Request request) {
        entries.beginTransaction();
        send(request);
        entries.sendOffsetsToTransaction(
                Map.of(
                        new TopicPartition(Topics.SETTLEMENT_REQUESTS.name(), request.partition()),
                        new OffsetAndMetadata(request.offset() + 1)),
                new ConsumerGroupMetadata(GROUP));
        entries.commitTransaction();
    }

    private static void send(Request request) {
        var unused = entries.send(new ProducerRecord<>(
                Topics.LEDGER_ENTRIES.name(),
                request.partition(),
                request.entry().recordedAt().toEpochMilli(),
                EntryRecords.key(request.entry()),
                EntryRecords.value(EntryRecords.avro(request.entry()))));
    }

    private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", TestBroker.address());
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
