package dev.jangbu.proving.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.stack.EphemeralStack;
import dev.jangbu.proving.stack.Shop;
import dev.jangbu.proving.stack.TopicReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests that torture's own checks detect forged records, on a stack of its own. */
@Tag("proof")
class PublicationMonitorIT {

    private static final Duration WITHIN = Duration.ofMinutes(2);

    @Test
    void publicationWithoutCommitIsAViolation() throws Exception {
        try (EphemeralStack stack = new EphemeralStack(Path.of(System.getProperty("jangbu.home", "..")), false)) {
            Installation address = stack.address();
            RunClock time = new RunClock(Instant.now());
            try (PublicationMonitor monitor = new PublicationMonitor(address, time, new ClientTimeline(time));
                    Forger forger = new Forger(address)) {
                pay(address);
                await("the posting and the completion").atMost(WITHIN).until(() -> monitor.checked() == 2);
                assertThat(monitor.violations().count()).isZero();
                assertThat(DeadLetterCheck.of(address).violations().count()).isZero();
                forger.sendDuplicateMarkedAsPoison();
                forger.sendDeadLetterWithoutRecord();
                assertThat(String.join(
                                "\n", DeadLetterCheck.of(address).violations().first()))
                        .contains("has 0 dead letters", "a dead letter of a valid record");

                LedgerPosted posted = forger.onlyPosting();

                forger.send(
                        Topics.LEDGER_POSTINGS,
                        LedgerPosted.newBuilder(posted)
                                .setSettlementId(UUID.randomUUID().toString())
                                .build());
                forger.send(
                        Topics.LEDGER_POSTINGS,
                        LedgerPosted.newBuilder(posted)
                                .setHash(ByteBuffer.allocate(32))
                                .build());
                forger.send(
                        Topics.SETTLEMENT_COMPLETIONS,
                        completion(UUID.randomUUID().toString(), Outcome.COMPLETED, 1));
                forger.send(Topics.SETTLEMENT_COMPLETIONS, completion(posted.getReferenceId(), Outcome.COMPLETED, 2));
                forger.send(Topics.SETTLEMENT_COMPLETIONS, completion(posted.getReferenceId(), Outcome.REJECTED, 0));

                await().atMost(WITHIN)
                        .untilAsserted(
                                () -> assertThat(monitor.violations().count()).isEqualTo(5));
                assertThat(String.join("\n", monitor.violations().first()))
                        .contains(
                                "published before it was committed",
                                "but the ledger has number 1",
                                "completed before all parts were committed",
                                "rejected, but in the ledger");
            }
        }
    }

    private static void pay(Installation address) throws Exception {
        try (HttpApi api = new HttpApi(address.api(), address.apiKey())) {
            Shop shop = new Shop(api);
            String id = shop.create("seller-a", 1_000);
            assertThat(shop.confirm(id, "watched", "watched_" + id, 1_000).status())
                    .isEqualTo(200);
        }
    }

    private static SettlementCompleted completion(String referenceId, Outcome outcome, int parts) {
        return SettlementCompleted.newBuilder()
                .setReferenceId(referenceId)
                .setKind(SettlementKind.PAYMENT)
                .setOutcome(outcome)
                .setParts(parts)
                .setCompletedAt(Instant.EPOCH)
                .build();
    }

    /** Writes records that only services may write. */
    private static final class Forger implements AutoCloseable {

        private final Installation address;
        private final AvroSerdes serdes;
        private final KafkaProducer<byte[], byte[]> producer;

        Forger(Installation address) {
            this.address = address;
            this.serdes = address.serdes();
            this.producer = new KafkaProducer<>(
                    Map.of("bootstrap.servers", address.kafka()), new ByteArraySerializer(), new ByteArraySerializer());
        }

        LedgerPosted onlyPosting() throws Exception {
            AtomicReference<LedgerPosted> only = new AtomicReference<>();
            new TopicReader(address).read(Topics.LEDGER_POSTINGS, (record, posted) -> only.set(posted), record -> {});
            return only.get();
        }

        <T extends SpecificRecord> void send(Topic<T> topic, T value) throws Exception {
            byte[] key = value.get(topic.schema().getField("referenceId").pos())
                    .toString()
                    .getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(
                            topic.name(), key, serdes.of(topic).serializer().serialize(topic.name(), value)))
                    .get();
        }

        /** A duplicate request marked as poison: the wallet processor drops it without a dead letter. */
        void sendDuplicateMarkedAsPoison() throws Exception {
            List<ConsumerRecord<byte[], byte[]>> requests = new ArrayList<>();
            new TopicReader(address).readRaw(Topics.SETTLEMENT_REQUESTS, requests::add);
            ConsumerRecord<byte[], byte[]> request = requests.getFirst();
            request.headers().add(Poison.HEADER, "none".getBytes(StandardCharsets.UTF_8));
            producer.send(new ProducerRecord<>(
                            request.topic(), request.partition(), request.key(), request.value(), request.headers()))
                    .get();
        }

        void sendDeadLetterWithoutRecord() throws Exception {
            producer.send(DeadLetters.record(
                            null, null, new RecordHeaders(), EventHeaders.CE_ID, 0, 0, 0, "forger", "for a test"))
                    .get();
        }

        @Override
        public void close() {
            producer.close();
        }
    }
}
