package dev.jangbu.api.testbed;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Topics;
import dev.jangbu.testsupport.TestBroker;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Writes records to {@code settlement.completions}, in place of the streams-processor. */
public final class CompletionProducer implements AutoCloseable {

    private final Serializer<SettlementCompleted> serializer = new AvroSerdes(Testbed.registry())
            .warm(Topics.SETTLEMENT_COMPLETIONS)
            .serializer();
    private final KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
            Map.of(
                    ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                    TestBroker.address(),
                    ProducerConfig.ACKS_CONFIG,
                    "all",
                    ProducerConfig.LINGER_MS_CONFIG,
                    0),
            new ByteArraySerializer(),
            new ByteArraySerializer());

    /** The payment, refund or payout is settled. */
    public void completed(SettlementKind kind, String reference) {
        send(reference, value(kind, reference, Outcome.COMPLETED, null));
    }

    /** The wallet processor has rejected the payout. */
    public void rejected(String payout, Rejection rejection) {
        send(payout, value(SettlementKind.PAYOUT, payout, Outcome.REJECTED, rejection));
    }

    public byte[] value(SettlementKind kind, String reference, Outcome outcome, @Nullable Rejection rejection) {
        return serializer.serialize(
                Topics.SETTLEMENT_COMPLETIONS.name(),
                SettlementCompleted.newBuilder()
                        .setReferenceId(reference)
                        .setKind(kind)
                        .setOutcome(outcome)
                        .setRejection(rejection)
                        .setParts(outcome == Outcome.REJECTED ? 0 : 1)
                        .setCompletedAt(Instant.now())
                        .build());
    }

    /** Writes any bytes under any key and waits for the broker's acknowledgement. Returns their partition. */
    public TopicPartition send(String key, byte @Nullable [] value) {
        try {
            RecordMetadata sent = producer.send(new ProducerRecord<>(
                            Topics.SETTLEMENT_COMPLETIONS.name(),
                            null,
                            key.getBytes(StandardCharsets.UTF_8),
                            value,
                            EventHeaders.headers(
                                    key,
                                    EventHeaders.TYPE_SETTLEMENT_COMPLETED,
                                    "/jangbu/streams-processor",
                                    Instant.now())))
                    .get(60, TimeUnit.SECONDS);
            return new TopicPartition(sent.topic(), sent.partition());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
