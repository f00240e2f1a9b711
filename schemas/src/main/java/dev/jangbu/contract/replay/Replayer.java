package dev.jangbu.contract.replay;

import dev.jangbu.contract.CommittedTopic;
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
import java.time.Clock;
import java.time.Instant;
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
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends a dead letter to its original topic again, unchanged, after proving that the replay settles nothing twice. The
 * record and the note of the replay are one Kafka transaction. Not thread-safe.
 */
public final class Replayer implements AutoCloseable {

    /** The ids of a dead letter, and the proof that it may be replayed. */
    private record Proof(@Nullable String settlementId, String referenceId, String text) {}

    private final String kafka;
    private final RecordSerdes serdes;
    private final PostedJournals ledger;
    private final AbsenceProof absence;
    private final Clock clock;
    private final Producer<byte[], byte[]> producer;

    /** @param group the consumer group of the settlement topology: the application id of streams-processor */
    public Replayer(String kafka, String group, RecordSerdes serdes, PostedJournals ledger, Clock clock) {
        this.kafka = kafka;
        this.serdes = serdes;
        this.ledger = ledger;
        this.absence = new AbsenceProof(kafka, group, serdes, ledger, clock);
        this.clock = clock;
        // One id for all replays: of two at the same time, Kafka fences the one that started first.
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
     * @param reason the reason, stored in {@code settlement.replays}
     * @return the note in {@code settlement.replays}
     * @throws ReplayRefusedException if a replay could settle twice, or would be refused again
     */
    public DeadLetterReplayed replay(
            DeadLetter letter, String by, String reason, List<DeadLetterReplayed> earlier, boolean again)
            throws InterruptedException {
        if (!earlier.isEmpty() && !again) {
            DeadLetterReplayed last = earlier.getLast();
            throw new ReplayRefusedException("It was replayed by %s at %s. To replay it again: --again"
                    .formatted(last.getReplayedBy(), last.getReplayedAt()));
        }
        DeadLetterReplayed note = note(letter, prove(letter), by, reason, true);
        inTransaction(() -> {
            // A failed send fails the commit, so the futures are not used.
            Future<RecordMetadata> unusedRecord = producer.send(again(letter));
            Future<RecordMetadata> unusedNote = producer.send(record(note));
        });
        return note;
    }

    /**
     * Notes that the settlement of a dead letter was decided: it is not sent again.
     *
     * @param letter a request
     * @param finding the record that was found
     */
    public void dismiss(DeadLetter letter, String by, String reason, AlreadyDecidedException finding) {
        SettlementRequested request = read(letter, Topics.SETTLEMENT_REQUESTS);
        Proof proof =
                new Proof(request.getSettlementId(), request.getReferenceId(), String.valueOf(finding.getMessage()));
        DeadLetterReplayed note = note(letter, proof, by, reason, false);
        inTransaction(() -> {
            Future<RecordMetadata> unusedNote = producer.send(record(note));
        });
    }

    private DeadLetterReplayed note(DeadLetter letter, Proof proof, String by, String reason, boolean sent) {
        return DeadLetterReplayed.newBuilder()
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
                .setSent(sent)
                .build();
    }

    private Proof prove(DeadLetter letter) throws InterruptedException {
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
            return new Proof(null, completion.getReferenceId(), "none needed: consumers of completions are idempotent");
        }
        if (topic.equals(Topics.LEDGER_ENTRIES.name())) {
            throw new ReplayRefusedException(
                    "An entry is never replayed: the settlement topology alone writes entries, in the order of their"
                            + " numbers. Replay the request instead");
        }
        throw new ReplayRefusedException("Records of '" + topic + "' can't be replayed");
    }

    private Proof prove(DeadLetter letter, SettlementRequested request) throws InterruptedException {
        requireKey(letter, request.getWalletId());
        UUID unused = settlementId(request.getSettlementId());
        return new Proof(request.getSettlementId(), request.getReferenceId(), absence.prove(request));
    }

    private Proof prove(DeadLetter letter, LedgerPosted posting) {
        requireKey(letter, posting.getReferenceId());
        byte[] hash = new byte[posting.getHash().remaining()];
        posting.getHash().duplicate().get(hash);
        if (!ledger.contains(
                settlementId(posting.getSettlementId()), posting.getBook(), posting.getJournalNo(), hash)) {
            throw new ReplayRefusedException(
                    "The ledger has no such journal: ledger-service did not write this posting");
        }
        String reference = posting.getReferenceId();
        try (CommittedTopic completions = CommittedTopic.open(kafka, Topics.SETTLEMENT_COMPLETIONS)) {
            String searched = absence.search(
                    completions, Topics.SETTLEMENT_COMPLETIONS, completions.beginningOffsets(), completion -> completion
                            .getReferenceId()
                            .equals(reference));
            return new Proof(posting.getSettlementId(), reference, "in the ledger; no completion in " + searched);
        }
    }

    private <T extends SpecificRecord> T read(DeadLetter letter, Topic<T> topic) {
        try {
            return serdes.of(topic)
                    .deserializer()
                    .deserialize(topic.name(), letter.record().value());
        } catch (PoisonRecordException e) {
            throw new ReplayRefusedException("It still can't be read and would be refused again: " + e.getMessage());
        }
    }

    private static void requireKey(DeadLetter letter, String expected) {
        if (!expected.equals(letter.key())) {
            throw new ReplayRefusedException("Its key is %s but its value belongs to %s: it would be refused again"
                    .formatted(letter.key(), expected));
        }
    }

    private static UUID settlementId(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new ReplayRefusedException("Its settlementId is not a UUID, so it would be refused again: " + text);
        }
    }

    private static ProducerRecord<byte[], byte[]> again(DeadLetter letter) {
        Headers headers = letter.originalHeaders();
        if (headers.lastHeader(EventHeaders.REPLAY) == null) {
            EventHeaders.add(headers, EventHeaders.REPLAY, Long.toString(letter.number()));
        }
        return new ProducerRecord<>(
                letter.topic(),
                null,
                Objects.requireNonNull(letter.record().key(), "requireKey has checked it"),
                letter.record().value(),
                headers);
    }

    private ProducerRecord<byte[], byte[]> record(DeadLetterReplayed note) {
        String topic = Topics.SETTLEMENT_REPLAYS.name();
        return new ProducerRecord<>(
                topic,
                note.getReferenceId().getBytes(StandardCharsets.UTF_8),
                serdes.of(Topics.SETTLEMENT_REPLAYS).serializer().serialize(topic, note));
    }

    private void inTransaction(Runnable sends) {
        producer.beginTransaction();
        try {
            sends.run();
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
