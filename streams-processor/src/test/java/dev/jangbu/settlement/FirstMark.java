package dev.jangbu.settlement;

import dev.jangbu.contract.Topics;
import dev.jangbu.testsupport.TestBroker;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The mark that payment-api publishes when it has judged that Kafka is the one of its database. */
public final class FirstMark {

    private FirstMark() {}

    /** Publishes a record as the mark: the settlement reads no content of it. */
    public static void publish() throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", TestBroker.address()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                            Topics.PAYMENT_MARKS.name(),
                            "jangbu_payment".getBytes(StandardCharsets.UTF_8),
                            new byte[] {0}))
                    .get();
        }
    }
}
