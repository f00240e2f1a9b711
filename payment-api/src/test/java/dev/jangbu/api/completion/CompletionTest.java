package dev.jangbu.api.completion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Completions;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.Staged;
import dev.jangbu.api.testbed.Staged.State;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.api.testbed.Truth;
import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What the desks say of payments, refunds and payouts, and what they can't have said. */
class CompletionTest {

    private static final Completions COMPLETIONS = new Completions();

    private final Client client = Testbed.client();

    @AfterAll
    static void close() {
        COMPLETIONS.close();
    }

    @Test
    void manyAtOnceComeTwiceAndAreCompleteOnce() {
        List<Staged> payments = Staged.many(State.APPROVED, 40);
        for (int round = 0; round < 3; round++) {
            payments.forEach(payment -> COMPLETIONS.completed(SettlementKind.PAYMENT, payment.id()));
        }

        payments.forEach(payment -> payment.awaitState(State.COMPLETED));
        Reply first = client.get("/payments/" + payments.getFirst().id());
        // A later one, with which the listener is known to have passed the others.
        sentinel();

        Reply later = client.get("/payments/" + payments.getFirst().id());
        assertThat(later.number("version")).isEqualTo(first.number("version"));
        assertThat(later.get("completedAt")).isEqualTo(first.get("completedAt")).isNotBlank();
        payments.forEach(payment -> Truth.ofMain().holds(payment.shop(), payment.id()));
    }

    @Test
    void aClientThatWaitsIsToldAtOnce() {
        Staged payment = Staged.in(State.APPROVED);
        CompletableFuture<Reply> waiting = client.got("/payments/" + payment.id(), "Prefer", "wait=20");

        COMPLETIONS.completed(SettlementKind.PAYMENT, payment.id());

        Reply told = waiting.orTimeout(5, java.util.concurrent.TimeUnit.SECONDS).join();
        told.is(200).of("COMPLETED");
        assertThat(told.header("Preference-Applied")).isEqualTo("wait=20");
    }

    @Test
    void whatWasNeverAskedForChangesNothingAndIsSetAside() {
        Staged payment = Staged.in(State.APPROVED);
        Staged ready = Staged.in(State.READY);
        String nobody = UUID.randomUUID().toString();
        List<byte[]> strangers = List.of(
                COMPLETIONS.value(SettlementKind.PAYMENT, nobody, Outcome.COMPLETED, null),
                COMPLETIONS.value(SettlementKind.REFUND, nobody, Outcome.COMPLETED, null),
                COMPLETIONS.value(SettlementKind.PAYOUT, nobody, Outcome.COMPLETED, null),
                COMPLETIONS.value(SettlementKind.PAYOUT, nobody, Outcome.REJECTED, Rejection.VERSION_CONFLICT),
                // Of another kind than the reference is.
                COMPLETIONS.value(SettlementKind.REFUND, payment.id(), Outcome.COMPLETED, null),
                COMPLETIONS.value(SettlementKind.PAYOUT, payment.id(), Outcome.COMPLETED, null),
                COMPLETIONS.value(SettlementKind.PAYMENT, ready.id(), Outcome.COMPLETED, null));

        // With one key and so into one partition, where few batches take them: each is looked at for some seconds.
        String key = "strangers-" + UUID.randomUUID();
        strangers.forEach(stranger -> COMPLETIONS.send(key, stranger));

        assertThat(deadLetters(key, strangers.size()))
                .allSatisfy(letter -> assertThat(EventHeaders.text(letter.headers(), DeadLetters.REASON))
                        .contains("nothing waits for it"))
                .extracting(ConsumerRecord::value)
                .containsExactlyElementsOf(strangers);
        payment.shop().read(payment.id()).of("APPROVED");
        ready.shop().read(ready.id()).of("READY");
    }

    @Test
    void aCompletionThatComesBeforeItsCommitIsSeenIsNotLost() {
        Staged before = Staged.in(State.APPROVED);
        try (Staged executing = Staged.in(State.EXECUTING)) {
            COMPLETIONS.completed(SettlementKind.PAYMENT, before.id());
            COMPLETIONS.completed(SettlementKind.PAYMENT, executing.id());
            before.awaitState(State.COMPLETED);
            executing.letGo().run();

            executing.awaitState(State.COMPLETED);
        }
    }

    @Test
    void whatCannotBeReadGoesToTheDeadLettersAndTheRestGoesOn() {
        List<Staged> payments = Staged.many(State.APPROVED, 6);
        byte[] good =
                COMPLETIONS.value(SettlementKind.PAYMENT, UUID.randomUUID().toString(), Outcome.COMPLETED, null);
        byte[] wrongMagic = good.clone();
        wrongMagic[0] = 1;
        byte[] unknownSchema = good.clone();
        unknownSchema[1] = 0x7f;
        List<byte[]> poison = Arrays.asList(
                null,
                new byte[0],
                "{\"referenceId\":\"x\"}".getBytes(StandardCharsets.UTF_8),
                wrongMagic,
                unknownSchema,
                Arrays.copyOf(good, 9));
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < poison.size(); i++) {
            String key = "poison-" + UUID.randomUUID();
            keys.add(key);
            COMPLETIONS.send(key, poison.get(i));
            COMPLETIONS.completed(SettlementKind.PAYMENT, payments.get(i).id());
        }

        payments.forEach(payment -> payment.awaitState(State.COMPLETED));
        List<ConsumerRecord<byte[], byte[]>> letters = deadLetters(keys);
        for (int i = 0; i < poison.size(); i++) {
            ConsumerRecord<byte[], byte[]> letter = letters.get(i);
            assertThat(letter.value()).isEqualTo(poison.get(i));
            assertThat(EventHeaders.text(letter.headers(), DeadLetters.TOPIC)).isEqualTo("settlement.completions");
            assertThat(EventHeaders.text(letter.headers(), DeadLetters.BY)).isEqualTo("payment-api");
            assertThat(EventHeaders.text(letter.headers(), DeadLetters.PARTITION))
                    .matches("[0-3]");
            assertThat(EventHeaders.text(letter.headers(), DeadLetters.OFFSET)).matches("\\d+");
            assertThat(EventHeaders.text(letter.headers(), DeadLetters.REASON)).isNotBlank();
        }
    }

    @Test
    void aReferenceThatIsNoIdDoesNotStopTheOthers() {
        String key = "no-id-" + UUID.randomUUID();
        Staged payment = Staged.in(State.APPROVED);

        COMPLETIONS.send(key, COMPLETIONS.value(SettlementKind.PAYMENT, key, Outcome.COMPLETED, null));
        // Into the same partition, and behind it.
        COMPLETIONS.send(key, COMPLETIONS.value(SettlementKind.PAYMENT, payment.id(), Outcome.COMPLETED, null));

        payment.awaitState(State.COMPLETED);
        assertThat(deadLetters(List.of(key))).hasSize(1);
    }

    /** Completes a payment in each partition. */
    private static void sentinel() {
        for (int partition = 0; partition < Topics.LOCAL_PARTITIONS; partition++) {
            Staged last = Staged.in(State.APPROVED);
            String key = "sentinel-" + partition;
            COMPLETIONS.send(key, COMPLETIONS.value(SettlementKind.PAYMENT, last.id(), Outcome.COMPLETED, null));
            COMPLETIONS.completed(SettlementKind.PAYMENT, last.id());
            last.awaitState(State.COMPLETED);
        }
    }

    /** The first dead letter of each key. */
    private static List<ConsumerRecord<byte[], byte[]>> deadLetters(List<String> keys) {
        return keys.stream().map(key -> deadLetters(key, 1).getFirst()).toList();
    }

    /** The first dead letters with a key, in their order. */
    private static List<ConsumerRecord<byte[], byte[]>> deadLetters(String key, int count) {
        TopicPartition partition = new TopicPartition(Topics.SETTLEMENT_DEAD_LETTERS.name(), 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        Testbed.kafka(),
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
            await().atMost(Duration.ofSeconds(40)).until(() -> {
                for (ConsumerRecord<byte[], byte[]> letter : consumer.poll(Duration.ofMillis(200))) {
                    if (key.equals(new String(letter.key(), StandardCharsets.UTF_8))) {
                        found.add(letter);
                    }
                }
                return found.size() >= count;
            });
            return found;
        }
    }
}
