package dev.jangbu.ledger.posting;

import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.journal.Journal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes postings and commits the group's offsets in one Kafka transaction. After any failure, also one of unknown
 * outcome, the producer is discarded. The next producer has the same transactional id: its initialization makes Kafka
 * complete or abort the open transaction, after which the group's offset is final.
 */
final class PostingPublisher implements AutoCloseable {

    private static final String SOURCE = "/jangbu/ledger-service";
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

    private final Supplier<Producer<byte[], byte[]>> producers;
    private final Serializer<LedgerPosted> serializer;
    private @Nullable Producer<byte[], byte[]> producer;

    PostingPublisher(Supplier<Producer<byte[], byte[]>> producers, Serializer<LedgerPosted> serializer) {
        this.producers = producers;
        this.serializer = serializer;
    }

    /** Creates a producer if there is none, which ends open transactions. Call before reading the group's offset. */
    void ensureInitialized() {
        if (producer != null) {
            return;
        }
        Producer<byte[], byte[]> created = producers.get();
        try {
            created.initTransactions();
            producer = created;
        } catch (KafkaException e) {
            created.close(Duration.ZERO);
            throw e;
        }
    }

    /**
     * Sends the records and commits the offsets atomically.
     *
     * @param group the consumer's current membership; Kafka refuses an owner that has lost its partitions
     * @throws KafkaException after any failure; the group's offset shows the outcome after
     *     {@link #ensureInitialized()}
     */
    void publish(
            List<ProducerRecord<byte[], byte[]>> records,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            ConsumerGroupMetadata group) {
        ensureInitialized();
        Producer<byte[], byte[]> current = Objects.requireNonNull(producer);
        try {
            current.beginTransaction();
            for (ProducerRecord<byte[], byte[]> record : records) {
                // A failed send fails the commit, so the future is not needed.
                Future<RecordMetadata> unused = current.send(record);
            }
            current.sendOffsetsToTransaction(offsets, group);
            current.commitTransaction();
        } catch (RuntimeException e) {
            discard(current, e);
            throw e;
        }
    }

    /** Builds the posting of a journal. Repeated calls differ only in the trace headers of the consumed record. */
    ProducerRecord<byte[], byte[]> posting(PostedEntry posted) {
        Journal journal = posted.journal();
        Entry entry = journal.entry();
        LedgerPosted value = LedgerPosted.newBuilder()
                .setSettlementId(entry.settlementId().toString())
                .setReferenceId(entry.referenceId().toString())
                .setReferenceParts(entry.referenceParts())
                .setKind(entry.kind())
                .setBook(journal.book())
                .setJournalNo(journal.no())
                .setHash(journal.hash().duplicate())
                .setPostedAt(journal.postedAt())
                .build();
        Headers headers = EventHeaders.headers(
                value.getSettlementId(), EventHeaders.TYPE_LEDGER_POSTED, SOURCE, journal.postedAt());
        EventHeaders.carryTrace(posted.record().record().headers(), headers);
        String topic = Topics.LEDGER_POSTINGS.name();
        return new ProducerRecord<>(
                topic,
                null,
                value.getReferenceId().getBytes(StandardCharsets.UTF_8),
                serializer.serialize(topic, headers, value),
                headers);
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(CLOSE_LIMIT);
            producer = null;
        }
    }

    private void discard(Producer<byte[], byte[]> failed, RuntimeException reason) {
        producer = null;
        try {
            // Otherwise the next producer waits for the transaction timeout. Fails after a fatal error.
            failed.abortTransaction();
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        } finally {
            failed.close(Duration.ZERO);
        }
    }
}
