package dev.jangbu.ledger.posting;

import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.book.Entry;
import dev.jangbu.ledger.book.Journal;
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
 * Sends postings and commits the group's offsets in one Kafka transaction. After any failure the producer is thrown away:
 * the next one, of the same transactional id, makes Kafka finish or abort what this one left open, and only then can the
 * group's offset be trusted again. One way for every error, also for those whose outcome is unknown.
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

    /** Ends what an earlier producer left open, if that is not done. To be called before the group's offset is read. */
    void ready() {
        if (producer != null) {
            return;
        }
        Producer<byte[], byte[]> fresh = producers.get();
        try {
            fresh.initTransactions();
            producer = fresh;
        } catch (KafkaException e) {
            fresh.close(Duration.ZERO);
            throw e;
        }
    }

    /**
     * Sends the records and commits the offsets, both or neither.
     *
     * @param group as the consumer is a member of it now: Kafka refuses an owner that lost its partitions meanwhile
     * @throws KafkaException whatever went wrong; whether it is done can be read from the group's offset after
     *     {@link #ready()}
     */
    void publish(
            List<ProducerRecord<byte[], byte[]>> records,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            ConsumerGroupMetadata group) {
        ready();
        Producer<byte[], byte[]> current = Objects.requireNonNull(producer);
        try {
            current.beginTransaction();
            for (ProducerRecord<byte[], byte[]> record : records) {
                // A failed send fails the commit: its future need not be looked at.
                Future<RecordMetadata> unused = current.send(record);
            }
            current.sendOffsetsToTransaction(offsets, group);
            current.commitTransaction();
        } catch (RuntimeException e) {
            abandon(current, e);
            throw e;
        }
    }

    /** The posting of a journal, the same each time it is sent but for the trace of the record that caused it. */
    ProducerRecord<byte[], byte[]> posting(Posted posted) {
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
        EventHeaders.carryTrace(posted.read().record().headers(), headers);
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

    private void abandon(Producer<byte[], byte[]> failed, RuntimeException reason) {
        producer = null;
        try {
            // Spares the successor the wait for the transaction's time-out; impossible after a fatal error.
            failed.abortTransaction();
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        } finally {
            failed.close(Duration.ZERO);
        }
    }
}
