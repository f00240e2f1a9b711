package dev.jangbu.proving.torture;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.RegistryUnavailableException;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.proving.audit.Violations;
import dev.jangbu.proving.stack.StackAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads along while a stack works, as a read_committed reader, from the topics' beginning: what is announced on {@code ledger.postings}
 * and {@code settlement.completions} must be in the book at that moment. What comes again is counted on the way.
 */
public final class Watcher implements AutoCloseable {

    private static final Duration ENDS_WITHIN = Duration.ofMinutes(1);
    private static final Duration AGAIN_AFTER = Duration.ofMillis(500);

    /** What is looked up together; as many records at most lie here at a time. */
    private static final int BATCH = 500;

    private static final List<Topic<?>> TOPICS = List.of(
            Topics.SETTLEMENT_REQUESTS, Topics.LEDGER_ENTRIES, Topics.LEDGER_POSTINGS, Topics.SETTLEMENT_COMPLETIONS);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final Deserializer<LedgerPosted> postings;
    private final Deserializer<SettlementCompleted> completions;
    private final PublicationCheck announced;
    private final Deliveries deliveries = new Deliveries();
    private final RunTime time;
    private final ClientTimeline seen;
    private final Thread reading;
    private volatile boolean stopping;
    private volatile boolean toTheEnd;
    private volatile boolean ended;
    private volatile @Nullable KafkaException trouble;

    /** Begins to read; the stack must be ready. */
    public Watcher(StackAddress stack) {
        this(stack, new RunTime(Instant.EPOCH), new ClientTimeline(new RunTime(Instant.EPOCH)));
    }

    /** @param seen takes note of what was completed when */
    Watcher(StackAddress stack, RunTime time, ClientTimeline seen) {
        AvroSerdes serdes = new AvroSerdes(URI.create(stack.registry()));
        this.postings = serdes.of(Topics.LEDGER_POSTINGS).deserializer();
        this.completions = serdes.of(Topics.SETTLEMENT_COMPLETIONS).deserializer();
        this.announced = new PublicationCheck(stack, () -> stopping);
        this.time = time;
        this.seen = seen;
        this.consumer = consumer(stack);
        this.partitions = TOPICS.stream()
                .flatMap(topic -> consumer.partitionsFor(topic.name()).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        this.reading = Thread.ofPlatform().name("watcher").daemon().start(this::read);
    }

    /** What was announced and was not in the book. */
    public Violations breaches() {
        return announced.breaches();
    }

    /** How many postings and completions were looked up in the book. */
    long lookedUp() {
        return announced.lookedUp();
    }

    Deliveries deliveries() {
        return deliveries;
    }

    /**
     * Reads to what is the end now, and no further.
     *
     * @throws IllegalStateException if it doesn't get there
     */
    public void finish() throws InterruptedException {
        toTheEnd = true;
        reading.join(ENDS_WITHIN);
        if (!ended) {
            throw new IllegalStateException(
                    "The watcher did not reach the end of the topics in %d s; its last trouble: %s"
                            .formatted(ENDS_WITHIN.toSeconds(), trouble));
        }
    }

    private void read() {
        while (!stopping) {
            boolean last = toTheEnd;
            try {
                Map<TopicPartition, Long> ends = last ? consumer.endOffsets(partitions) : Map.of();
                do {
                    take(consumer.poll(Duration.ofMillis(100)));
                } while (!stopping && last && isBefore(ends));
                if (last) {
                    ended = true;
                    return;
                }
            } catch (KafkaException e) {
                trouble = e;
                rest();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private boolean isBefore(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue());
    }

    private void rest() {
        try {
            Thread.sleep(AGAIN_AFTER);
        } catch (InterruptedException e) {
            stopping = true;
        }
    }

    private void take(ConsumerRecords<byte[], byte[]> records) throws InterruptedException {
        long now = time.nowMs();
        List<LedgerPosted> posted = new ArrayList<>();
        List<SettlementCompleted> completed = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.topic().equals(Topics.LEDGER_POSTINGS.name())) {
                read(postings, record).ifPresent(posted::add);
            } else if (record.topic().equals(Topics.SETTLEMENT_COMPLETIONS.name())) {
                read(completions, record).ifPresent(completion -> {
                    completed.add(completion);
                    deliveries.completion(completion.getOutcome() == Outcome.REJECTED);
                });
            } else if (record.topic().equals(Topics.LEDGER_ENTRIES.name())) {
                deliveries.entry();
            } else {
                deliveries.request(record);
            }
        }
        announced.postings(posted);
        announced.completions(completed).forEach(approved -> seen.completed(time.ofInstant(approved), now));
    }

    /** What was polled is not polled again, so an absent registry is waited for here. */
    private <T> Optional<T> read(Deserializer<T> deserializer, ConsumerRecord<byte[], byte[]> record)
            throws InterruptedException {
        while (!stopping) {
            try {
                return Optional.of(deserializer.deserialize(record.topic(), record.value()));
            } catch (PoisonRecordException e) {
                breaches()
                        .add(
                                "%s-%d offset %d can't be read: %s",
                                record.topic(), record.partition(), record.offset(), e);
                return Optional.empty();
            } catch (RegistryUnavailableException e) {
                Thread.sleep(AGAIN_AFTER);
            }
        }
        return Optional.empty();
    }

    private static KafkaConsumer<byte[], byte[]> consumer(StackAddress stack) {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        stack.kafka(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        BATCH,
                        ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                        4 * 1024 * 1024,
                        ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                        200,
                        // It begins at the beginning; to lose its place would be to look away.
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "none",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    @Override
    public void close() throws InterruptedException {
        stopping = true;
        reading.join(ENDS_WITHIN);
        consumer.close();
        announced.close();
    }
}
