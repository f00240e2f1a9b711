package dev.jangbu.proving.torture;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.RegistryUnavailableException;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.console.InterruptibleTask;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.audit.Violations;
import dev.jangbu.proving.stack.KafkaClients;
import dev.jangbu.proving.torture.PublicationCheck.Published;
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
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the topics from their beginning while the stack runs, as a read_committed consumer: everything published on
 * {@code ledger.postings} and {@code settlement.completions} must already be committed in the ledger. Also counts
 * requests and duplicates.
 */
public final class PublicationMonitor implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final Duration RETRY_DELAY = Duration.ofMillis(500);

    /** Records per poll, looked up together. */
    private static final int BATCH = 500;

    private static final int FETCH_BYTES = 4 * 1024 * 1024;

    private static final List<Topic<?>> TOPICS = List.of(
            Topics.SETTLEMENT_REQUESTS, Topics.LEDGER_ENTRIES, Topics.LEDGER_POSTINGS, Topics.SETTLEMENT_COMPLETIONS);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final Deserializer<LedgerPosted> postings;
    private final Deserializer<SettlementCompleted> completions;
    private final PublicationCheck publications;
    private final DeliveryCounter deliveries = new DeliveryCounter();
    private final RunClock time;
    private final ClientTimeline timeline;
    private final Thread reader;
    private volatile boolean stopping;
    private volatile boolean finishing;
    private volatile boolean ended;
    private volatile @Nullable KafkaException lastError;

    /**
     * Starts to read; the stack must be ready.
     *
     * @param now the current time
     */
    public PublicationMonitor(Installation stack, Instant now) {
        this(stack, new RunClock(now), new ClientTimeline(new RunClock(now)));
    }

    /** @param timeline records the completions */
    PublicationMonitor(Installation stack, RunClock time, ClientTimeline timeline) {
        AvroSerdes serdes = stack.serdes();
        this.postings = serdes.of(Topics.LEDGER_POSTINGS).deserializer();
        this.completions = serdes.of(Topics.SETTLEMENT_COMPLETIONS).deserializer();
        this.publications = new PublicationCheck(stack, () -> stopping);
        this.time = time;
        this.timeline = timeline;
        this.consumer = KafkaClients.consumer(
                stack,
                Map.of(
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG, BATCH,
                        ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES,
                        ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 200));
        this.partitions = TOPICS.stream()
                .flatMap(topic -> consumer.partitionsFor(topic.name()).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        this.reader = Thread.ofPlatform().name("publication-monitor").daemon().start(InterruptibleTask.of(this::read));
    }

    /** Publications that were not in the ledger. */
    public Violations violations() {
        return publications.violations();
    }

    /** The number of postings and completions looked up in the ledger. */
    long checked() {
        return publications.checked();
    }

    DeliveryCounter deliveries() {
        return deliveries;
    }

    /** The ledger's database is about to be restored. */
    void databaseGoesBack() {
        publications.mayLack(Instant.MAX);
    }

    /** The ledger's database is restored: from now on, a publication follows a commit in it. */
    void databaseIsBack() {
        publications.mayLack(time.now());
    }

    /**
     * Reads to the current end of the topics and stops.
     *
     * @throws IllegalStateException if the end is not reached in time
     */
    public void finish() throws InterruptedException {
        finishing = true;
        reader.join(TIMEOUT);
        if (!ended) {
            throw new IllegalStateException(
                    "The publication monitor did not reach the end of the topics in %d s; last error: %s"
                            .formatted(TIMEOUT.toSeconds(), lastError));
        }
    }

    private void read() throws InterruptedException {
        while (!stopping && !ended) {
            boolean finalPass = finishing;
            try {
                Map<TopicPartition, Long> ends = finalPass ? consumer.endOffsets(partitions) : Map.of();
                do {
                    process(consumer.poll(Duration.ofMillis(100)));
                } while (!stopping && finalPass && isBehind(ends));
                if (finalPass) {
                    publications.checkRestored();
                }
                ended = finalPass;
            } catch (KafkaException e) {
                lastError = e;
                Thread.sleep(RETRY_DELAY);
            }
        }
    }

    private boolean isBehind(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue());
    }

    private void process(ConsumerRecords<byte[], byte[]> records) throws InterruptedException {
        long now = time.nowMs();
        List<Published<LedgerPosted>> posted = new ArrayList<>();
        List<Published<SettlementCompleted>> completed = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.topic().equals(Topics.LEDGER_POSTINGS.name())) {
                read(postings, record).ifPresent(posting -> posted.add(published(posting, record)));
            } else if (record.topic().equals(Topics.SETTLEMENT_COMPLETIONS.name())) {
                read(completions, record).ifPresent(completion -> {
                    completed.add(published(completion, record));
                    if (completion.getOutcome() == Outcome.REJECTED) {
                        deliveries.rejection();
                    }
                });
            } else if (record.topic().equals(Topics.LEDGER_ENTRIES.name())) {
                deliveries.entry();
            } else {
                deliveries.request(record);
            }
        }
        publications.postings(posted);
        publications
                .completions(completed)
                .forEach(approved -> timeline.recordCompletion(time.ofInstant(approved), now));
    }

    private static <T> Published<T> published(T value, ConsumerRecord<byte[], byte[]> record) {
        return new Published<>(value, Instant.ofEpochMilli(record.timestamp()));
    }

    /** Polled records are not polled again, so wait for the registry here. */
    private <T> Optional<T> read(Deserializer<T> deserializer, ConsumerRecord<byte[], byte[]> record)
            throws InterruptedException {
        while (!stopping) {
            try {
                return Optional.of(deserializer.deserialize(record.topic(), record.value()));
            } catch (PoisonRecordException e) {
                String position = "%s-%d offset %d".formatted(record.topic(), record.partition(), record.offset());
                violations().add("%s can't be read: %s", position, e);
                return Optional.empty();
            } catch (RegistryUnavailableException e) {
                Thread.sleep(RETRY_DELAY);
            }
        }
        throw new InterruptedException("stopped");
    }

    @Override
    public void close() throws InterruptedException {
        stopping = true;
        reader.join(TIMEOUT);
        consumer.close();
        publications.close();
    }
}
