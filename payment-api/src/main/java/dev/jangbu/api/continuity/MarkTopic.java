package dev.jangbu.api.continuity;

import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.DatabaseMark;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.stereotype.Component;

/** The marks and the last settlement requests on Kafka. */
@Component
class MarkTopic {

    /** Limit of each request to Kafka, and of a pause without progress. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** Outbox rows are kept for 7 days. One day of margin: a row that may have been deleted proves nothing. */
    private static final Duration OUTBOX_KEPT_FOR = Duration.ofDays(6);

    /** How many records of a partition are read to find its last request from the outbox. */
    private static final long LAST_RECORDS = 50;

    private final String bootstrapServers;
    private final KafkaTemplate<byte[], byte[]> kafka;
    private final AvroSerdes serdes;
    private final Clock clock;
    private volatile @Nullable Serde<DatabaseMark> serde;

    MarkTopic(
            @Value("${spring.kafka.bootstrap-servers}") String bootstrapServers,
            KafkaTemplate<byte[], byte[]> kafka,
            PaymentApiSettings settings,
            Clock clock) {
        this.bootstrapServers = bootstrapServers;
        this.kafka = kafka;
        this.serdes = new AvroSerdes(settings.registry());
        this.clock = clock;
    }

    /**
     * Reads what Kafka has of a database. Blocks for some seconds at most.
     *
     * @throws RuntimeException if Kafka or, at first use, the registry does not answer
     */
    KafkaState read(String database) {
        return new KafkaState(newestMark(database), lastRequests());
    }

    /** Publishes a mark. Completes when all in-sync replicas have it. */
    CompletableFuture<?> publish(DatabaseMark mark) {
        byte[] value = serde().serializer().serialize(Topics.PAYMENT_MARKS.name(), mark);
        return kafka.send(Topics.PAYMENT_MARKS.name(), mark.getDatabase().getBytes(StandardCharsets.UTF_8), value);
    }

    private @Nullable DatabaseMark newestMark(String database) {
        DatabaseMark newest = null;
        try (CommittedTopic topic = open(Topics.PAYMENT_MARKS)) {
            for (ConsumerRecord<byte[], byte[]> record : topic.records()) {
                if (record.value() != null && database.equals(new String(record.key(), StandardCharsets.UTF_8))) {
                    newest =
                            Judgement.newer(newest, serde().deserializer().deserialize(record.topic(), record.value()));
                }
            }
        }
        return newest;
    }

    private List<UUID> lastRequests() {
        Map<TopicPartition, UUID> last = new HashMap<>();
        try (CommittedTopic topic = open(Topics.SETTLEMENT_REQUESTS)) {
            Map<TopicPartition, Long> from = topic.beginningOffsets();
            Map<TopicPartition, Long> to = topic.endOffsets();
            from.replaceAll((partition, begin) -> Math.max(begin, to.getOrDefault(partition, 0L) - LAST_RECORDS));
            for (ConsumerRecord<byte[], byte[]> record : topic.records(from, to)) {
                if (hasOutboxRow(record)) {
                    last.put(
                            new TopicPartition(record.topic(), record.partition()),
                            UUID.fromString(EventHeaders.text(record.headers(), EventHeaders.CE_ID)));
                }
            }
        }
        return List.copyOf(last.values());
    }

    /** Whether the outbox must have the record's row. A replayed dead letter may be older than the outbox. */
    private boolean hasOutboxRow(ConsumerRecord<byte[], byte[]> record) {
        return EventHeaders.SOURCE_OUTBOX.equals(EventHeaders.text(record.headers(), EventHeaders.CE_SOURCE))
                && EventHeaders.text(record.headers(), EventHeaders.CE_ID) != null
                && EventHeaders.text(record.headers(), EventHeaders.REPLAY) == null
                && record.timestamp() > clock.millis() - OUTBOX_KEPT_FOR.toMillis();
    }

    private CommittedTopic open(Topic<?> topic) {
        return CommittedTopic.open(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        Math.toIntExact(TIMEOUT.toMillis()),
                        ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        Math.toIntExact(TIMEOUT.toMillis())),
                topic.name(),
                TIMEOUT);
    }

    private Serde<DatabaseMark> serde() {
        Serde<DatabaseMark> ready = serde;
        if (ready == null) {
            ready = serdes.warm(Topics.PAYMENT_MARKS);
            serde = ready;
        }
        return ready;
    }
}
