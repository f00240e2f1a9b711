package dev.jangbu.operator.deadletters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.DeadLetterReplayed;
import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.Provision;
import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Side;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.contract.replay.DeadLetter;
import dev.jangbu.contract.replay.ReplayRefusedException;
import dev.jangbu.contract.replay.Replayer;
import dev.jangbu.testsupport.TestBroker;
import dev.jangbu.testsupport.TestPostgres;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@link Replayer} on a Kafka broker and the ledger's tables in PostgreSQL. */
final class ReplayerTest {

    private static final Instant NOW = Instant.parse("2026-11-24T06:00:00Z");
    private static final String GROUP = "settlement-under-test";
    private static final int PARTITIONS = 4;
    private static final FixedIdSerdes SERDES = new FixedIdSerdes();
    private static final Random RANDOM = new Random(5);

    private static KafkaProducer<byte[], byte[]> producer;
    private static Connection ledger;
    private static DeadLetterReader reader;
    private static Replayer replayer;

    @BeforeAll
    static void start() throws Exception {
        TestBroker.reset();
        try (Admin admin = TestBroker.admin()) {
            Provision.topics(admin, PARTITIONS, 1);
        }
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", TestBroker.address()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        TestPostgres.recreate("jangbu_ledger");
        TestPostgres.migrate(
                "jangbu_ledger", Path.of("..", "ledger-service", "src", "main", "resources", "db", "migration"));
        ledger = TestPostgres.connect("jangbu_ledger", "jangbu_audit");
        reader = DeadLetterReader.of(TestBroker.address(), SERDES);
        replayer = new Replayer(
                TestBroker.address(), GROUP, SERDES, new LedgerReader(ledger), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @AfterAll
    static void stop() throws Exception {
        replayer.close();
        ledger.close();
        producer.close();
    }

    @Test
    void anUnprocessedRequestIsSentAgainUnchangedAndTheReplayIsRecorded() throws Exception {
        SettlementRequested late = payment("seller-a", NOW.minus(Duration.ofDays(3)));
        DeadLetter letter = letterOf(Topics.SETTLEMENT_REQUESTS, late.getWalletId(), late);

        DeadLetterReplayed note = replayer.replay(letter, "kim", "the outage of Monday", List.of(), false);

        ConsumerRecord<byte[], byte[]> sent = last(Topics.SETTLEMENT_REQUESTS);
        assertThat(sent.partition()).isEqualTo(Topic.partitionFor(late.getWalletId(), PARTITIONS));
        assertThat(sent.value()).isEqualTo(bytes(Topics.SETTLEMENT_REQUESTS, late));
        assertThat(new String(sent.key(), StandardCharsets.UTF_8)).isEqualTo("seller-a:KRW");
        assertThat(sent.headers().lastHeader(EventHeaders.REPLAY)).isNotNull();
        assertThat(sent.headers().lastHeader("traceparent")).isNotNull();
        assertThat(sent.headers().toArray()).noneMatch(header -> header.key().startsWith("jangbu_dead_letter"));
        assertThat(reader.replays().get(letter.number())).containsExactly(note);
        assertThat(note.getReplayedBy()).isEqualTo("kim");
        assertThat(note.getReason()).isEqualTo("the outage of Monday");
        assertThat(note.getSettlementId()).isEqualTo(late.getSettlementId());
        assertThat(note.getProof()).contains("ledger.entries-0@", "not in the ledger");

        assertRefused(letter, reader.replays().get(letter.number()), false, "It was replayed by kim");
        // The first replay is not committed by the consumer group yet.
        assertRefused(letter, reader.replays().get(letter.number()), true, "Found in settlement.requests");
        commitAllRequests();
        replayer.replay(letter, "kim", "once more", reader.replays().get(letter.number()), true);
        assertThat(reader.replays().get(letter.number())).hasSize(2);
        commitAllRequests();
    }

    @Test
    void aSettlementInTheLedgerIsNotReplayed() throws Exception {
        SettlementRequested booked = payment("seller-b", NOW.minus(Duration.ofDays(3)));
        insertJournal(booked.getSettlementId(), 1_001);

        assertRefused(
                letterOf(Topics.SETTLEMENT_REQUESTS, booked.getWalletId(), booked),
                "is in the ledger: book 7, journal 1001");
    }

    @Test
    void aSettlementWithAnUnpostedEntryIsNotReplayed() throws Exception {
        SettlementRequested emitted = payment("seller-c", NOW.minus(Duration.ofDays(3)));
        send(Topics.LEDGER_ENTRIES, emitted.getWalletId(), bytes(Topics.LEDGER_ENTRIES, entry(emitted)));

        assertRefused(letterOf(Topics.SETTLEMENT_REQUESTS, emitted.getWalletId(), emitted), "Found in ledger.entries-");
    }

    @Test
    void aRejectedPayoutIsNotReplayedNorOneOlderThanTheCompletions() throws Exception {
        SettlementRequested refused = request(SettlementKind.PAYOUT, "seller-d", NOW.minus(Duration.ofDays(3)));
        send(
                Topics.SETTLEMENT_COMPLETIONS,
                refused.getReferenceId(),
                bytes(Topics.SETTLEMENT_COMPLETIONS, rejected(refused)));
        assertRefused(
                letterOf(Topics.SETTLEMENT_REQUESTS, refused.getWalletId(), refused),
                "Found in settlement.completions-");

        SettlementRequested ancient = request(SettlementKind.PAYOUT, "seller-d", NOW.minus(Duration.ofDays(31)));
        assertRefused(letterOf(Topics.SETTLEMENT_REQUESTS, ancient.getWalletId(), ancient), "Request a new payout");

        SettlementRequested neither = request(SettlementKind.PAYOUT, "seller-d", NOW.minus(Duration.ofDays(3)));
        DeadLetter letter = letterOf(Topics.SETTLEMENT_REQUESTS, neither.getWalletId(), neither);
        assertThat(replayer.replay(letter, "kim", "why", List.of(), false).getProof())
                .contains("not rejected in settlement.completions-");
        commitAllRequests();
    }

    @Test
    void aRecordThatWouldBeRefusedAgainIsNotReplayed() throws Exception {
        SettlementRequested request = payment("seller-e", NOW);
        assertRefused(letterOf(Topics.SETTLEMENT_REQUESTS, "seller-x:KRW", request), "would be refused again");
        assertRefused(
                letterOf(
                        Topics.SETTLEMENT_REQUESTS.name(),
                        "seller-e:KRW",
                        "not in the wire format".getBytes(StandardCharsets.UTF_8)),
                "still can't be read");
        assertRefused(letterOf(Topics.LEDGER_ENTRIES, "seller-e:KRW", entry(request)), "never replayed");
        assertRefused(letterOf("payments", "k", new byte[] {1}), "can't be replayed");
    }

    @Test
    void aPostingIsReplayedIfTheLedgerHasItAndItsReferenceIsIncomplete() throws Exception {
        String reference = UUID.randomUUID().toString();
        String id = id(NOW).toString();
        LedgerPosted posting = posting(id, reference, 1_002);
        DeadLetter letter = letterOf(Topics.LEDGER_POSTINGS, reference, posting);
        assertRefused(letter, "The ledger has no such journal");

        insertJournal(id, 1_002);
        replayer.replay(letter, "kim", "the registry had lost its schemas", List.of(), false);
        assertThat(last(Topics.LEDGER_POSTINGS).value()).isEqualTo(bytes(Topics.LEDGER_POSTINGS, posting));

        send(
                Topics.SETTLEMENT_COMPLETIONS,
                reference,
                bytes(Topics.SETTLEMENT_COMPLETIONS, completion(reference, Outcome.COMPLETED, null)));
        assertRefused(letter, "Found in settlement.completions-");
    }

    @Test
    void theReaderFindsTheNewestAndRecordsWithoutHeaders() throws Exception {
        long number = producer.send(new ProducerRecord<>(
                        Topics.SETTLEMENT_DEAD_LETTERS.name(), null, "what is this".getBytes(StandardCharsets.UTF_8)))
                .get()
                .offset();

        DeadLetter letter = reader.get(number);
        assertThat(letter.origin()).isEqualTo("?--1@-1");
        assertThat(reader.newest(1, each -> true))
                .extracting(DeadLetter::number)
                .containsExactly(number);
        assertThat(reader.newest(100, each -> each.refusedBy().equals("another-service")))
                .isEmpty();
        assertThatThrownBy(() -> reader.get(number + 1_000)).hasMessageContaining("There is no dead letter");
        assertRefused(letter, "can't be replayed");
    }

    @Test
    void aTruncatedValueDecodesUpToTheFirstInvalidField() throws Exception {
        SettlementRequested request = payment("seller-f", NOW);
        byte[] whole = bytes(Topics.SETTLEMENT_REQUESTS, request);

        PartialDecoder.PartialValue partial = PartialDecoder.decode(letterOf(
                        Topics.SETTLEMENT_REQUESTS.name(), "seller-f:KRW", Arrays.copyOf(whole, whole.length - 14)))
                .orElseThrow();
        assertThat(partial.schemaId()).isEqualTo(1);
        assertThat(partial.fields().get("settlementId")).hasToString(request.getSettlementId());
        assertThat(partial.fields().get("amount")).isEqualTo(5_000L);
        assertThat(partial.fields()).doesNotContainKey("occurredAt");
        assertThat(partial.breaksAt()).isEqualTo("psp");

        PartialDecoder.PartialValue noWireFormat = PartialDecoder.decode(
                        letterOf(Topics.SETTLEMENT_REQUESTS.name(), "k", new byte[] {9, 9}))
                .orElseThrow();
        assertThat(noWireFormat).isEqualTo(new PartialDecoder.PartialValue(null, Map.of(), null, 2));
        assertThat(PartialDecoder.decode(letterOf("payments", "k", whole))).isEmpty();
    }

    private static void assertRefused(DeadLetter letter, String reason) {
        assertRefused(letter, List.of(), false, reason);
    }

    private static void assertRefused(
            DeadLetter letter, List<DeadLetterReplayed> earlier, boolean again, String reason) {
        List<DeadLetterReplayed> before = reader.replays().getOrDefault(letter.number(), List.of());
        assertThatThrownBy(() -> replayer.replay(letter, "kim", "why", earlier, again))
                .isInstanceOf(ReplayRefusedException.class)
                .hasMessageContaining(reason);
        assertThat(reader.replays().getOrDefault(letter.number(), List.of())).isEqualTo(before);
    }

    /** Commits the ends of all requests for the consumer group. */
    private static void commitAllRequests() throws Exception {
        try (Admin admin = TestBroker.admin();
                CommittedTopic requests = CommittedTopic.open(TestBroker.address(), Topics.SETTLEMENT_REQUESTS)) {
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            requests.highWatermarks().forEach((partition, end) -> offsets.put(partition, new OffsetAndMetadata(end)));
            admin.alterConsumerGroupOffsets(GROUP, offsets).all().get();
        }
    }

    private static <T extends SpecificRecord> DeadLetter letterOf(Topic<T> topic, String key, T value)
            throws Exception {
        return letterOf(topic.name(), key, bytes(topic, value));
    }

    private static DeadLetter letterOf(String topic, String key, byte[] value) throws Exception {
        Headers headers = new RecordHeaders();
        EventHeaders.add(headers, "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        long number = producer.send(DeadLetters.record(
                        key.getBytes(StandardCharsets.UTF_8),
                        value,
                        headers,
                        topic,
                        2,
                        17,
                        0,
                        "wallet-processor",
                        "test"))
                .get()
                .offset();
        DeadLetter letter = reader.get(number);
        assertThat(letter.origin()).isEqualTo(topic + "-2@17");
        return letter;
    }

    private static void send(Topic<?> topic, String key, byte[] value) throws Exception {
        producer.send(new ProducerRecord<>(topic.name(), key.getBytes(StandardCharsets.UTF_8), value))
                .get();
    }

    private static ConsumerRecord<byte[], byte[]> last(Topic<?> topic) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        try (CommittedTopic committed = CommittedTopic.open(TestBroker.address(), topic)) {
            committed
                    .records(committed.beginningOffsets(), committed.highWatermarks())
                    .forEach(all::add);
        }
        return all.stream()
                .max(Comparator.comparingLong(ConsumerRecord::timestamp))
                .orElseThrow();
    }

    private static <T extends SpecificRecord> byte[] bytes(Topic<T> topic, T value) {
        return SERDES.of(topic).serializer().serialize(topic.name(), value);
    }

    /** Inserts a journal without the triggers, which require a complete ledger. */
    private static void insertJournal(String settlementId, long no) throws SQLException {
        try (Connection superuser = TestPostgres.connect("jangbu_ledger", TestPostgres.SUPERUSER);
                Statement statement = superuser.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            statement.execute("""
                    INSERT INTO journals (settlement_id, book, no, wallet_id, wallet_version, kind, reference_id,
                        reference_parts, currency, line_count, balance_after, occurred_at, recorded_at, posted_at, hash)
                    VALUES ('%s', 7, %d, 'seller-z:KRW', %d, 'PAYMENT', gen_random_uuid(), 1, 'KRW', 2, 1,
                        '2026-11-20T12:00:00Z', '2026-11-20T12:00:00Z', now(), decode(repeat('ab', 32), 'hex'))
                    """.formatted(settlementId, no, no));
        }
    }

    private static SettlementRequested payment(String seller, Instant time) {
        return request(SettlementKind.PAYMENT, seller, time);
    }

    private static SettlementRequested request(SettlementKind kind, String seller, Instant time) {
        return SettlementRequested.newBuilder()
                .setSettlementId(id(time).toString())
                .setKind(kind)
                .setReferenceId(id(time).toString())
                .setReferenceParts(1)
                .setLineId("1")
                .setOrderId("order-1001")
                .setWalletId(seller + ":KRW")
                .setSellerId(seller)
                .setCurrency("KRW")
                .setAmount(5_000)
                .setFee(0)
                .setExpectedVersion(null)
                .setPsp("toss")
                .setOccurredAt(time)
                .build();
    }

    private static LedgerEntry entry(SettlementRequested request) {
        return LedgerEntry.newBuilder()
                .setSettlementId(request.getSettlementId())
                .setKind(request.getKind())
                .setReferenceId(request.getReferenceId())
                .setReferenceParts(1)
                .setCurrency("KRW")
                .setLines(List.of(
                        new LedgerLine("psp:toss:receivable", Side.DEBIT, 5_000L),
                        new LedgerLine("seller:" + request.getSellerId() + ":payable", Side.CREDIT, 5_000L)))
                .setWalletId(request.getWalletId())
                .setBalanceAfter(5_000)
                .setWalletVersion(1)
                .setOccurredAt(NOW)
                .setRecordedAt(NOW)
                .build();
    }

    private static LedgerPosted posting(String settlementId, String reference, long no) {
        return LedgerPosted.newBuilder()
                .setSettlementId(settlementId)
                .setReferenceId(reference)
                .setReferenceParts(1)
                .setKind(SettlementKind.PAYMENT)
                .setBook(7)
                .setJournalNo(no)
                .setHash(ByteBuffer.wrap(HexFormat.of().parseHex("ab".repeat(32))))
                .setPostedAt(NOW)
                .build();
    }

    private static SettlementCompleted rejected(SettlementRequested payout) {
        return completion(payout.getReferenceId(), Outcome.REJECTED, Rejection.INSUFFICIENT_FUNDS);
    }

    private static SettlementCompleted completion(String reference, Outcome outcome, Rejection rejection) {
        return SettlementCompleted.newBuilder()
                .setReferenceId(reference)
                .setKind(SettlementKind.PAYOUT)
                .setOutcome(outcome)
                .setRejection(rejection)
                .setParts(0)
                .setCompletedAt(NOW)
                .build();
    }

    private static UUID id(Instant time) {
        return new UUID(
                (time.toEpochMilli() << 16) | 0x7000L | (RANDOM.nextLong() & 0xFFFL),
                0x8000000000000000L | (RANDOM.nextLong() >>> 2));
    }
}
