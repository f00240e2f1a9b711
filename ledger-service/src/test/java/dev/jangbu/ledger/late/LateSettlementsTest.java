package dev.jangbu.ledger.late;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.DeadLetterReplayed;
import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.NameBasedId;
import dev.jangbu.contract.Provision;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.LedgerDatabase;
import dev.jangbu.ledger.settings.LedgerSettings;
import dev.jangbu.testsupport.TestBroker;
import dev.jangbu.testsupport.TestPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** On a Kafka broker and the ledger's database. */
class LateSettlementsTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final FixedIdSerdes SERDES = new FixedIdSerdes();

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private KafkaProducer<byte[], byte[]> producer;
    private Database database;
    private LateSettlements late;

    @BeforeEach
    void start() throws Exception {
        TestBroker.reset();
        try (Admin admin = TestBroker.admin()) {
            Provision.topics(admin, 4, 1);
        }
        LedgerDatabase.empty();
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", TestBroker.address()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        database = new Database(TestPostgres.address(), Database.NAME, TestPostgres.PASSWORD, 1);
        LedgerSettings settings = new LedgerSettings(
                TestBroker.address(), URI.create("http://127.0.0.1:9"), "", "", "", "", 1, 1, "settlement");
        late = new LateSettlements(
                settings,
                SERDES,
                new LedgerJournals(JdbcClient.create(database.forReading())),
                meters,
                Clock.systemUTC());
        late.start();
    }

    @AfterEach
    void stop() {
        late.stop();
        database.close();
        producer.close();
    }

    @Test
    void aLateRequestThatWasNeverDecidedIsSentAgain() throws Exception {
        SettlementRequested request = request("key-1");
        send(letter(request, DeadLetters.BEYOND_HORIZON));

        await().atMost(PATIENCE).until(() -> count("replayed") == 1);

        List<ConsumerRecord<byte[], byte[]>> sent = read(Topics.SETTLEMENT_REQUESTS);
        assertThat(sent).hasSize(1);
        assertThat(sent.getFirst().value()).isEqualTo(bytes(request));
        assertThat(EventHeaders.text(sent.getFirst().headers(), EventHeaders.REPLAY))
                .isEqualTo("0");
        assertThat(notes()).singleElement().satisfies(note -> {
            assertThat(note.getSettlementId()).isEqualTo(request.getSettlementId());
            assertThat(note.getReplayedBy()).isEqualTo("ledger-service");
            assertThat(note.getSent()).isTrue();
            assertThat(note.getProof()).contains("not in the ledger");
        });
    }

    @Test
    void aLateRequestThatWasDecidedIsNotedAndNotSent() throws Exception {
        SettlementRequested posted = request("key-1");
        insertJournal(posted);
        send(letter(posted, DeadLetters.BEYOND_HORIZON));
        // Repeated before the first replay is decided.
        SettlementRequested twice = request("key-2");
        send(letter(twice, DeadLetters.BEYOND_HORIZON));
        send(letter(twice, DeadLetters.BEYOND_HORIZON));

        await().atMost(PATIENCE).until(() -> notes().stream().anyMatch(note -> note.getDeadLetterOffset() == 2));

        assertThat(read(Topics.SETTLEMENT_REQUESTS)).hasSize(1);
        assertThat(notes())
                .extracting(DeadLetterReplayed::getDeadLetterOffset, DeadLetterReplayed::getSent)
                .containsOnly(tuple(0L, false), tuple(1L, true), tuple(2L, false));
        assertThat(notes()).anyMatch(note -> note.getProof().contains("is in the ledger: book 3, journal 1"));
    }

    @Test
    void otherDeadLettersAreLeftToAPerson() throws Exception {
        send(letter(request("key-1"), "ID_CONFLICT"));
        ProducerRecord<byte[], byte[]> unreadable = letter(request("key-2"), DeadLetters.BEYOND_HORIZON);
        send(new ProducerRecord<>(unreadable.topic(), 0, unreadable.key(), new byte[] {1, 2, 3}, unreadable.headers()));

        await().atMost(PATIENCE).until(() -> count("refused") == 1);

        assertThat(read(Topics.SETTLEMENT_REQUESTS)).isEmpty();
        assertThat(notes()).isEmpty();
    }

    private double count(String result) {
        return meters.counter("jangbu.ledger.late.settlements", "result", result)
                .count();
    }

    private static SettlementRequested request(String paymentKey) {
        Instant charged = Instant.now().minus(Duration.ofDays(3));
        String reference = NameBasedId.ofPayment("default", paymentKey, 0).toString();
        return SettlementRequested.newBuilder()
                .setSettlementId(
                        NameBasedId.ofChargedLine("toss", paymentKey, "1").toString())
                .setKind(SettlementKind.PAYMENT)
                .setReferenceId(reference)
                .setReferenceParts(1)
                .setLineId("1")
                .setOrderId("order-1001")
                .setWalletId("seller-a:KRW")
                .setSellerId("seller-a")
                .setCurrency("KRW")
                .setAmount(5_000)
                .setFee(0)
                .setPsp("toss")
                .setOccurredAt(charged)
                .setMovedAt(charged)
                .setPart(1)
                .build();
    }

    private static ProducerRecord<byte[], byte[]> letter(SettlementRequested request, String cause) {
        ProducerRecord<byte[], byte[]> letter = DeadLetters.record(
                request.getWalletId().getBytes(StandardCharsets.UTF_8),
                bytes(request),
                new RecordHeaders(),
                Topics.SETTLEMENT_REQUESTS.name(),
                Topic.partitionFor(request.getWalletId(), 4),
                17,
                0,
                "wallet-processor",
                "test");
        EventHeaders.add(letter.headers(), DeadLetters.CAUSE, cause);
        return letter;
    }

    private void send(ProducerRecord<byte[], byte[]> record) throws Exception {
        producer.send(record).get();
    }

    private static byte[] bytes(SettlementRequested request) {
        return SERDES.of(Topics.SETTLEMENT_REQUESTS).serializer().serialize(Topics.SETTLEMENT_REQUESTS.name(), request);
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(Topic<?> topic) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        try (CommittedTopic committed = CommittedTopic.open(TestBroker.address(), topic)) {
            committed
                    .records(committed.beginningOffsets(), committed.highWatermarks())
                    .forEach(all::add);
        }
        return all;
    }

    private static List<DeadLetterReplayed> notes() {
        return read(Topics.SETTLEMENT_REPLAYS).stream()
                .map(record ->
                        SERDES.of(Topics.SETTLEMENT_REPLAYS).deserializer().deserialize(record.topic(), record.value()))
                .toList();
    }

    /** Inserts a journal without the triggers, which require a complete ledger. */
    private static void insertJournal(SettlementRequested request) throws Exception {
        try (Connection superuser = LedgerDatabase.connect(TestPostgres.SUPERUSER);
                Statement statement = superuser.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            statement.execute("""
                    INSERT INTO journals (settlement_id, book, no, wallet_id, wallet_version, kind, reference_id,
                        reference_parts, part, currency, line_count, balance_after, occurred_at, recorded_at, posted_at,
                        hash)
                    VALUES ('%s', 3, 1, 'seller-a:KRW', 1, 'PAYMENT', '%s', 1, 1, 'KRW', 2, 1,
                        '2026-11-20T12:00:00Z', '2026-11-20T12:00:00Z', now(), decode(repeat('ab', 32), 'hex'))
                    """.formatted(request.getSettlementId(), request.getReferenceId()));
        }
    }
}
