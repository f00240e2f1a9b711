package dev.jangbu.api.completion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.CompletionProducer;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.StagedPayment;
import dev.jangbu.api.testbed.StagedPayment.State;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Topics;
import dev.jangbu.testsupport.TestBroker;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.postgresql.jdbc.PgConnection;

/** Completions from Kafka: valid, repeated, early, unmatched and malformed ones. */
class CompletionTest {

    private static final CompletionProducer COMPLETIONS = new CompletionProducer();

    private final Client client = Testbed.client();

    @AfterAll
    static void close() {
        COMPLETIONS.close();
    }

    @Test
    void repeatedCompletionsAreRecordedOnce() {
        List<StagedPayment> payments = StagedPayment.many(State.APPROVED, 40);
        for (int round = 0; round < 3; round++) {
            payments.forEach(payment -> COMPLETIONS.completed(SettlementKind.PAYMENT, payment.id()));
        }

        payments.forEach(payment -> payment.awaitState(State.COMPLETED));
        Reply first = client.get("/payments/" + payments.getFirst().id());
        awaitProcessed();

        Reply later = client.get("/payments/" + payments.getFirst().id());
        assertThat(later.number("version")).isEqualTo(first.number("version"));
        assertThat(later.get("completedAt")).isEqualTo(first.get("completedAt")).isNotBlank();
        payments.forEach(payment -> PaymentInvariants.ofMainInstance().verify(payment.order(), payment.id()));
    }

    @Test
    void aWaitingClientGetsTheCompletion() {
        StagedPayment payment = StagedPayment.in(State.APPROVED);
        StagedPayment open = StagedPayment.in(State.APPROVED);
        CompletableFuture<Reply> earlier = client.getAsync("/payments/" + open.id(), "Prefer", "wait=30");
        CompletableFuture<Reply> waiting = client.getAsync("/payments/" + payment.id(), "Prefer", "wait=30");

        COMPLETIONS.completed(SettlementKind.PAYMENT, payment.id());

        Reply reply = waiting.join().is(200).of("COMPLETED");
        assertThat(reply.header("Preference-Applied")).isEqualTo("wait=30");
        // A wait that began earlier is not over, so the reply was sent because of the completion.
        assertThat(earlier).isNotDone();
        COMPLETIONS.completed(SettlementKind.PAYMENT, open.id());
        earlier.join().is(200).of("COMPLETED");
    }

    @Test
    void unmatchedCompletionsChangeNothingAndBecomeDeadLetters() {
        StagedPayment payment = StagedPayment.in(State.APPROVED);
        StagedPayment ready = StagedPayment.in(State.READY);
        String unknown = UUID.randomUUID().toString();
        List<byte[]> unmatched = List.of(
                COMPLETIONS.value(SettlementKind.PAYMENT, unknown, Outcome.COMPLETED, null),
                COMPLETIONS.value(SettlementKind.REFUND, unknown, Outcome.COMPLETED, null),
                COMPLETIONS.value(SettlementKind.PAYOUT, unknown, Outcome.COMPLETED, null),
                COMPLETIONS.value(SettlementKind.PAYOUT, unknown, Outcome.REJECTED, Rejection.VERSION_CONFLICT),
                // The reference exists, but is of another kind.
                COMPLETIONS.value(SettlementKind.REFUND, payment.id(), Outcome.COMPLETED, null),
                COMPLETIONS.value(SettlementKind.PAYOUT, payment.id(), Outcome.COMPLETED, null),
                COMPLETIONS.value(SettlementKind.PAYMENT, ready.id(), Outcome.COMPLETED, null));

        // One key, so one partition and one order.
        String key = "unmatched-" + UUID.randomUUID();
        unmatched.forEach(value -> COMPLETIONS.send(key, value));

        assertThat(deadLetters(key))
                .allSatisfy(letter -> assertThat(EventHeaders.text(letter.headers(), DeadLetters.REASON))
                        .contains("no approved or requested"))
                .extracting(ConsumerRecord::value)
                .containsExactlyElementsOf(unmatched);
        payment.order().read(payment.id()).of("APPROVED");
        ready.order().read(ready.id()).of("READY");
    }

    @Test
    void aCompletionThatArrivesBeforeItsApprovalIsVisibleIsRecorded() {
        StagedPayment before = StagedPayment.in(State.APPROVED);
        try (StagedPayment executing = StagedPayment.in(State.EXECUTING)) {
            COMPLETIONS.completed(SettlementKind.PAYMENT, before.id());
            COMPLETIONS.completed(SettlementKind.PAYMENT, executing.id());
            before.awaitState(State.COMPLETED);
            executing.release().run();

            executing.awaitState(State.COMPLETED);
        }
    }

    @Test
    void malformedRecordsBecomeDeadLettersAndOthersAreRecorded() {
        List<StagedPayment> payments = StagedPayment.many(State.APPROVED, 6);
        byte[] good =
                COMPLETIONS.value(SettlementKind.PAYMENT, UUID.randomUUID().toString(), Outcome.COMPLETED, null);
        byte[] wrongMagic = good.clone();
        wrongMagic[0] = 1;
        byte[] unknownSchema = good.clone();
        unknownSchema[1] = 0x7f;
        List<byte[]> malformed = Arrays.asList(
                null,
                new byte[0],
                "{\"referenceId\":\"x\"}".getBytes(StandardCharsets.UTF_8),
                wrongMagic,
                unknownSchema,
                Arrays.copyOf(good, 9));
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < malformed.size(); i++) {
            String key = "malformed-" + UUID.randomUUID();
            keys.add(key);
            COMPLETIONS.send(key, malformed.get(i));
            COMPLETIONS.completed(SettlementKind.PAYMENT, payments.get(i).id());
        }

        payments.forEach(payment -> payment.awaitState(State.COMPLETED));
        for (int i = 0; i < malformed.size(); i++) {
            assertThat(deadLetters(keys.get(i))).hasSize(1);
            ConsumerRecord<byte[], byte[]> letter = deadLetters(keys.get(i)).getFirst();
            assertThat(letter.value()).isEqualTo(malformed.get(i));
            assertThat(EventHeaders.text(letter.headers(), DeadLetters.TOPIC)).isEqualTo("settlement.completions");
            assertThat(EventHeaders.text(letter.headers(), DeadLetters.BY)).isEqualTo("payment-api");
            assertThat(EventHeaders.text(letter.headers(), DeadLetters.PARTITION))
                    .matches("[0-3]");
            assertThat(EventHeaders.text(letter.headers(), DeadLetters.OFFSET)).matches("\\d+");
            assertThat(EventHeaders.text(letter.headers(), DeadLetters.REASON)).isNotBlank();
        }
    }

    @Test
    void aReferenceThatIsNotAUuidDoesNotBlockOthers() {
        String key = "no-id-" + UUID.randomUUID();
        StagedPayment payment = StagedPayment.in(State.APPROVED);

        COMPLETIONS.send(key, COMPLETIONS.value(SettlementKind.PAYMENT, key, Outcome.COMPLETED, null));
        // The same partition, at a later offset.
        COMPLETIONS.send(key, COMPLETIONS.value(SettlementKind.PAYMENT, payment.id(), Outcome.COMPLETED, null));

        payment.awaitState(State.COMPLETED);
        assertThat(deadLetters(key)).hasSize(1);
    }

    @Test
    void aLockedRowDelaysNoOtherCompletionAndIsRecordedAfterwards() throws Exception {
        StagedPayment locked = StagedPayment.in(State.APPROVED);
        StagedPayment referenced = StagedPayment.in(State.APPROVED);
        List<StagedPayment> others = StagedPayment.many(State.APPROVED, 8);
        String key = "locked-" + UUID.randomUUID();
        long offset;
        try (Connection holder = Testbed.database().asSuperuser();
                Statement lock = holder.createStatement()) {
            holder.setAutoCommit(false);
            lock.execute("SELECT FROM payments WHERE id = '" + locked.id() + "' FOR UPDATE");
            // What a foreign key does.
            lock.execute("SELECT FROM payments WHERE id = '" + referenced.id() + "' FOR KEY SHARE");
            TopicPartition partition = COMPLETIONS.send(
                    key, COMPLETIONS.value(SettlementKind.PAYMENT, locked.id(), Outcome.COMPLETED, null));
            offset = endOffset(partition) - 1;
            // One key: the others follow in the same partition.
            COMPLETIONS.send(key, COMPLETIONS.value(SettlementKind.PAYMENT, referenced.id(), Outcome.COMPLETED, null));
            for (StagedPayment other : others) {
                COMPLETIONS.send(key, COMPLETIONS.value(SettlementKind.PAYMENT, other.id(), Outcome.COMPLETED, null));
            }

            others.forEach(other -> other.awaitState(State.COMPLETED));
            referenced.awaitState(State.COMPLETED);
            // Longer than an unmatched completion is pending.
            await().during(Duration.ofSeconds(5))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> committedOffset(partition) == offset);
            locked.order().read(locked.id()).of("APPROVED");
            holder.rollback();
        }

        locked.awaitState(State.COMPLETED);
        assertThat(deadLetters(key)).isEmpty();
    }

    /** The statement of a batch with a malformed record is cancelled twice, so the batch is delivered three times. */
    @Test
    void aBatchThatIsRetriedWritesEachDeadLetterOnce() throws Exception {
        StagedPayment payment = StagedPayment.in(State.APPROVED);
        String key = "retried-" + UUID.randomUUID();
        byte[] malformed = {1, 2, 3};
        double writtenBefore = deadLettersWritten();
        try (Connection holder = Testbed.database().asSuperuser();
                Statement lock = holder.createStatement()) {
            holder.setAutoCommit(false);
            lock.execute("LOCK TABLE payments IN ACCESS EXCLUSIVE MODE");
            sendInOneBatch(
                    key, malformed, COMPLETIONS.value(SettlementKind.PAYMENT, payment.id(), Outcome.COMPLETED, null));
            int holderPid = holder.unwrap(PgConnection.class).getBackendPID();

            Instant first = cancelStatementBlockedBy(holderPid, Instant.EPOCH);
            cancelStatementBlockedBy(holderPid, first);
            holder.rollback();
        }

        payment.awaitState(State.COMPLETED);
        assertThat(deadLetters(key)).extracting(ConsumerRecord::value).containsExactly(malformed);
        assertThat(deadLettersWritten() - writtenBefore).isEqualTo(1);
    }

    private static double deadLettersWritten() {
        return Testbed.main()
                .bean(MeterRegistry.class)
                .get("jangbu.payment.dead.letters")
                .counter()
                .count();
    }

    /** Waits for a statement that started after that time and is blocked by the session; its start. */
    private static Instant cancelStatementBlockedBy(int pid, Instant after) throws SQLException {
        try (Connection connection = Testbed.database().asSuperuser();
                PreparedStatement cancel =
                        connection.prepareStatement("SELECT pg_cancel_backend(pid), query_start FROM pg_stat_activity"
                                + " WHERE ? = ANY(pg_blocking_pids(pid)) AND query_start > ?")) {
            cancel.setInt(1, pid);
            cancel.setTimestamp(2, Timestamp.from(after));
            return await().atMost(Duration.ofSeconds(60))
                    .until(
                            () -> {
                                try (ResultSet row = cancel.executeQuery()) {
                                    return row.next()
                                            ? row.getTimestamp("query_start").toInstant()
                                            : null;
                                }
                            },
                            Objects::nonNull);
        }
    }

    /** Sends records in one batch of the producer, so that consumers receive them together. */
    private static void sendInOneBatch(String key, byte[]... values) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        TestBroker.address(),
                        ProducerConfig.LINGER_MS_CONFIG,
                        60_000,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        120_000),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sends = Arrays.stream(values)
                    .map(value -> producer.send(new ProducerRecord<>(
                            Topics.SETTLEMENT_COMPLETIONS.name(), key.getBytes(StandardCharsets.UTF_8), value)))
                    .toList();
            producer.flush();
            for (Future<RecordMetadata> send : sends) {
                send.get();
            }
        }
    }

    private static long endOffset(TopicPartition partition) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("jangbu-payment-api")) {
            return consumer.endOffsets(List.of(partition)).get(partition);
        }
    }

    private static long committedOffset(TopicPartition partition) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("jangbu-payment-api")) {
            OffsetAndMetadata committed = consumer.committed(Set.of(partition)).get(partition);
            return committed == null ? 0 : committed.offset();
        }
    }

    /** Waits until the listener has committed the offsets of all completions sent so far. */
    private static void awaitProcessed() {
        List<TopicPartition> partitions = IntStream.range(0, Topics.LOCAL_PARTITIONS)
                .mapToObj(partition -> new TopicPartition(Topics.SETTLEMENT_COMPLETIONS.name(), partition))
                .toList();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("jangbu-payment-api")) {
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(Set.copyOf(partitions));
                return ends.entrySet().stream().allMatch(end -> {
                    OffsetAndMetadata offset = committed.get(end.getKey());
                    return end.getValue() == 0 || (offset != null && offset.offset() >= end.getValue());
                });
            });
        }
    }

    /** All dead letters with a key, once all completions sent so far are processed. */
    private static List<ConsumerRecord<byte[], byte[]>> deadLetters(String key) {
        awaitProcessed();
        TopicPartition partition = new TopicPartition(Topics.SETTLEMENT_DEAD_LETTERS.name(), 0);
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("test-" + UUID.randomUUID())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> letter : consumer.poll(Duration.ofMillis(200))) {
                    if (key.equals(new String(letter.key(), StandardCharsets.UTF_8))) {
                        found.add(letter);
                    }
                }
            }
            return found;
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String group) {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        TestBroker.address(),
                        ConsumerConfig.GROUP_ID_CONFIG,
                        group,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
