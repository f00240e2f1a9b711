package dev.jangbu.benchmarks;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.Installation;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;

/** Writes requests into a topic, as the outbox connector would. */
final class RequestFeed implements AutoCloseable {

    private final String kafka;
    private final Admin admin;
    private final Producer<byte[], byte[]> producer;
    private final Serializer<SettlementRequested> serializer;

    RequestFeed(Installation stack) {
        this.kafka = stack.kafka();
        this.admin = Admin.create(Map.of("bootstrap.servers", kafka));
        // Compressed like the outbox's records.
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                kafka,
                "acks",
                "all",
                "linger.ms",
                5,
                "batch.size",
                65_536,
                "compression.type",
                "lz4");
        this.producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        this.serializer = new AvroSerdes(URI.create(stack.registry()))
                .warm(Topics.SETTLEMENT_REQUESTS)
                .serializer();
    }

    /** Creates a topic with the configuration of {@code settlement.requests}. */
    void createTopic(String name) throws InterruptedException {
        await(admin.createTopics(List.of(new NewTopic(name, Topics.LOCAL_PARTITIONS, (short) 1)
                        .configs(Topics.SETTLEMENT_REQUESTS.config())))
                .all());
    }

    /**
     * Sends a batch.
     *
     * @param key the record key, which decides the partition
     * @return the offset of the first record of each partition
     */
    List<Long> send(String topic, Batch batch, Function<SettlementRequested, String> key) throws InterruptedException {
        List<Long> firstOffsets = endOffsets(topic).entrySet().stream()
                .sorted(Comparator.comparing(end -> end.getKey().partition()))
                .map(Entry::getValue)
                .toList();
        List<Future<?>> sent = new ArrayList<>(batch.requests().size());
        for (SettlementRequested request : batch.requests()) {
            Headers headers = EventHeaders.headers(
                    request.getSettlementId(),
                    EventHeaders.TYPE_SETTLEMENT_REQUESTED,
                    "/jangbu/payment-api",
                    request.getOccurredAt());
            sent.add(producer.send(new ProducerRecord<>(
                    topic,
                    null,
                    key.apply(request).getBytes(StandardCharsets.UTF_8),
                    serializer.serialize(topic, headers, request),
                    headers)));
        }
        producer.flush();
        for (Future<?> each : sent) {
            await(each);
        }
        return firstOffsets;
    }

    /** Deletes all records of a topic. */
    void empty(String topic) throws InterruptedException {
        await(admin.deleteRecords(endOffsets(topic).entrySet().stream()
                        .collect(Collectors.toMap(Entry::getKey, end -> RecordsToDelete.beforeOffset(end.getValue()))))
                .all());
    }

    /** Deletes the internal topics of a Streams application. */
    void deleteInternalTopics(String applicationId) throws InterruptedException {
        await(admin.deleteTopics(await(admin.listTopics().names()).stream()
                        .filter(name -> name.startsWith(applicationId + "-"))
                        .toList())
                .all());
    }

    @Override
    public void close() {
        producer.close();
        admin.close();
    }

    private Map<TopicPartition, Long> endOffsets(String topic) {
        try (CommittedTopic committed = CommittedTopic.open(kafka, topic)) {
            return committed.endOffsets();
        }
    }

    private static <T> T await(Future<T> reply) throws InterruptedException {
        try {
            return reply.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Kafka refused a request: " + e.getCause(), e.getCause());
        }
    }
}
