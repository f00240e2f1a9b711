package dev.jangbu.benchmarks;

import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.Installation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;

/** Writes requests into a topic, as the outbox connector would. */
final class RequestFeed implements AutoCloseable {

    private final Admin admin;
    private final Producer<byte[], byte[]> producer;
    private final Serializer<SettlementRequested> serializer;

    RequestFeed(Installation stack) throws InterruptedException {
        this.admin = Admin.create(Map.of("bootstrap.servers", stack.kafka()));
        this.producer = new KafkaProducer<>(
                // Compressed like the outbox's records.
                Map.of(
                        "bootstrap.servers",
                        stack.kafka(),
                        "acks",
                        "all",
                        "linger.ms",
                        5,
                        "batch.size",
                        65_536,
                        "compression.type",
                        "lz4"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.serializer = WarmSerdes.of(stack, Topics.SETTLEMENT_REQUESTS).serializer();
    }

    /** Creates a topic with the configuration of {@code settlement.requests}, unless it exists. */
    void createTopic(String name) throws InterruptedException {
        try {
            if (!admin.listTopics().names().get().contains(name)) {
                admin.createTopics(List.of(new NewTopic(name, Topics.LOCAL_PARTITIONS, (short) 1)
                                .configs(Topics.SETTLEMENT_REQUESTS.config())))
                        .all()
                        .get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("Could not create topic " + name, e.getCause());
        }
    }

    /**
     * Sends a batch.
     *
     * @param key the record key, which decides the partition
     * @return the offset of the first record of each partition
     */
    List<Long> send(String topic, Batch batch, Function<SettlementRequested, String> key) throws InterruptedException {
        List<Long> firstOffsets = endOffsets(topic);
        List<Future<RecordMetadata>> sent = new ArrayList<>(batch.requests().size());
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
        try {
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("Could not send a request to " + topic, e.getCause());
        }
        return firstOffsets;
    }

    /** Deletes all records of a topic. */
    void empty(String topic) throws InterruptedException {
        List<Long> ends = endOffsets(topic);
        try {
            admin.deleteRecords(partitions(topic)
                            .collect(Collectors.toMap(
                                    partition -> partition,
                                    partition -> RecordsToDelete.beforeOffset(ends.get(partition.partition())))))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Could not delete the records of " + topic, e.getCause());
        }
    }

    /** Deletes the internal topics of a Streams application. */
    void deleteInternalTopics(String applicationId) throws InterruptedException {
        try {
            admin.deleteTopics(admin.listTopics().names().get().stream()
                            .filter(name -> name.startsWith(applicationId + "-"))
                            .toList())
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Could not delete the topics of " + applicationId, e.getCause());
        }
    }

    @Override
    public void close() {
        producer.close();
        admin.close();
    }

    private List<Long> endOffsets(String topic) throws InterruptedException {
        try {
            var offsets = admin.listOffsets(partitions(topic)
                            .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest())))
                    .all()
                    .get();
            return partitions(topic)
                    .map(partition ->
                            Objects.requireNonNull(offsets.get(partition)).offset())
                    .toList();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Could not read the end offsets of " + topic, e.getCause());
        }
    }

    private static Stream<TopicPartition> partitions(String topic) {
        return IntStream.range(0, Topics.LOCAL_PARTITIONS).mapToObj(partition -> new TopicPartition(topic, partition));
    }
}
