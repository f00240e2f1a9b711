package dev.jangbu.local.deadletters;

import dev.jangbu.contract.DeadLetterReplayed;
import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends a dead letter to its topic again, as it came, after proving that this can't settle anything twice. The record and the
 * note of who sent it and why are one Kafka transaction.
 */
public final class Replayer implements AutoCloseable {

    /** How far an id may be ahead of its record, as the wallet desk has it. */
    private static final Duration LEAD = Duration.ofMinutes(5);

    /** What was proved of a letter, and what it is about. */
    private record Proof(@Nullable String settlementId, String referenceId, String text) {}

    private final String kafka;
    private final RecordSerdes serdes;
    private final Book book;
    private final Absence absence;
    private final Clock clock;
    private final Producer<byte[], byte[]> producer;

    /** @param group the consumer group of the wallet desk, which is the application id of streams-processor */
    public Replayer(String kafka, String group, RecordSerdes serdes, Book book, Clock clock) {
        this.kafka = kafka;
        this.serdes = serdes;
        this.book = book;
        this.absence = new Absence(kafka, group, serdes, book, clock);
        this.clock = clock;
        // One id for all: of two who replay at the same time, Kafka refuses the one that began first.
        this.producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka,
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        "jangbu-dead-letter-replay",
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        DeadLetters.MAX_BYTES),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
    }

    /**
     * Replays one.
     *
     * @param by who does it
     * @param reason why, for whoever reads the record of replays later
     * @param earlier the replays of this letter so far
     * @param again whether it may be replayed though it was before
     * @return what was written about it
     * @throws ReplayRefusedException if it must not be sent again, or would only come back
     */
    public DeadLetterReplayed replay(
            DeadLetter letter, String by, String reason, List<DeadLetterReplayed> earlier, boolean again)
            throws SQLException, InterruptedException {
        if (!earlier.isEmpty() && !again) {
            DeadLetterReplayed last = earlier.getLast();
            throw new ReplayRefusedException("It was replayed by %s at %s. To do it once more: --again"
                    .formatted(last.getReplayedBy(), last.getReplayedAt()));
        }
        Proof proof = prove(letter);
        DeadLetterReplayed note = DeadLetterReplayed.newBuilder()
                .setDeadLetterOffset(letter.number())
                .setOriginTopic(letter.topic())
                .setOriginPartition(letter.partition())
                .setOriginOffset(letter.offset())
                .setSettlementId(proof.settlementId())
                .setReferenceId(proof.referenceId())
                .setReplayedBy(by)
                .setReason(reason)
                .setProof(proof.text())
                .setReplayedAt(Instant.ofEpochMilli(clock.millis()))
                .build();
        send(letter, note);
        return note;
    }

    private Proof prove(DeadLetter letter) throws SQLException, InterruptedException {
        String topic = letter.topic();
        if (topic.equals(Topics.SETTLEMENT_REQUESTS.name())) {
            return prove(letter, read(letter, Topics.SETTLEMENT_REQUESTS));
        }
        if (topic.equals(Topics.LEDGER_POSTINGS.name())) {
            return prove(letter, read(letter, Topics.LEDGER_POSTINGS));
        }
        if (topic.equals(Topics.SETTLEMENT_COMPLETIONS.name())) {
            SettlementCompleted completion = read(letter, Topics.SETTLEMENT_COMPLETIONS);
            requireKey(letter, completion.getReferenceId());
            return new Proof(null, completion.getReferenceId(), "none needed: readers of completions know repetitions");
        }
        if (topic.equals(Topics.LEDGER_ENTRIES.name())) {
            throw new ReplayRefusedException(
                    "An entry is never sent again: the wallet desk alone writes them, in the order"
                            + " in which the book numbers them. What is missing there is settled by replaying its request");
        }
        throw new ReplayRefusedException("Nobody knows how to send a record of '" + topic + "' again");
    }

    private Proof prove(DeadLetter letter, SettlementRequested request) throws SQLException, InterruptedException {
        requireKey(letter, request.getWalletId());
        UUID id = settlementId(request.getSettlementId());
        Instant time = Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
        if (time.isAfter(clock.instant().plus(LEAD))) {
            throw new ReplayRefusedException(
                    "Its id is of " + time + ", which is still to come: it would be refused again");
        }
        return new Proof(request.getSettlementId(), request.getReferenceId(), absence.prove(request));
    }

    private Proof prove(DeadLetter letter, LedgerPosted posting) throws SQLException {
        requireKey(letter, posting.getReferenceId());
        byte[] hash = new byte[posting.getHash().remaining()];
        posting.getHash().duplicate().get(hash);
        if (!book.has(settlementId(posting.getSettlementId()), posting.getBook(), posting.getJournalNo(), hash)) {
            throw new ReplayRefusedException("The book has no such journal: ledger-service did not write this posting");
        }
        String reference = posting.getReferenceId();
        try (TopicScan scan = new TopicScan(kafka)) {
            Map<TopicPartition, Long> from = new HashMap<>(scan.beginnings(Topics.SETTLEMENT_COMPLETIONS.name()));
            Map<TopicPartition, Long> to =
                    absence.search(scan, Topics.SETTLEMENT_COMPLETIONS, from, completion -> completion
                            .getReferenceId()
                            .equals(reference));
            return new Proof(
                    posting.getSettlementId(),
                    reference,
                    "in the book; no completion in " + TopicScan.text(from) + " to " + TopicScan.text(to));
        }
    }

    private <T extends SpecificRecord> T read(DeadLetter letter, Topic<T> topic) {
        try {
            return serdes.of(topic)
                    .deserializer()
                    .deserialize(topic.name(), letter.record().value());
        } catch (PoisonRecordException e) {
            throw new ReplayRefusedException("It still can't be read, and would only come back: " + e.getMessage());
        }
    }

    private static void requireKey(DeadLetter letter, String expected) {
        if (!expected.equals(letter.key())) {
            throw new ReplayRefusedException("Its key is %s but its value belongs to %s: it would only come back"
                    .formatted(letter.key(), expected));
        }
    }

    private static UUID settlementId(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new ReplayRefusedException("Its settlementId is no UUID, and it would only come back: " + text);
        }
    }

    private void send(DeadLetter letter, DeadLetterReplayed note) {
        Headers headers = letter.originalHeaders();
        if (headers.lastHeader(EventHeaders.REPLAY) == null) {
            EventHeaders.add(headers, EventHeaders.REPLAY, Long.toString(letter.number()));
        }
        String topic = Topics.SETTLEMENT_REPLAYS.name();
        ProducerRecord<byte[], byte[]> noted = new ProducerRecord<>(
                topic,
                note.getReferenceId().getBytes(StandardCharsets.UTF_8),
                serdes.of(Topics.SETTLEMENT_REPLAYS).serializer().serialize(topic, note));
        producer.beginTransaction();
        try {
            // A failed send fails the commit: its future need not be looked at.
            Future<RecordMetadata> unusedToo = producer.send(new ProducerRecord<>(
                    letter.topic(),
                    null,
                    Objects.requireNonNull(letter.record().key(), "its key was compared before"),
                    letter.record().value(),
                    headers));
            Future<RecordMetadata> unused = producer.send(noted);
            producer.commitTransaction();
        } catch (RuntimeException e) {
            producer.abortTransaction();
            throw e;
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
