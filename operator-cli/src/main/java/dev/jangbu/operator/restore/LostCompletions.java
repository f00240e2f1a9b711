package dev.jangbu.operator.restore;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.Topics;
import dev.jangbu.contract.UuidText;
import dev.jangbu.operator.console.CommandException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Applies the completions that the database has lost, as payment-api does. The offsets of its consumer group stay: what it
 * has not consumed, it consumes after the opening.
 */
final class LostCompletions {

    private static final int BATCH = 2_000;

    private static final String OPEN = """
            SELECT id FROM payments WHERE id = ANY (?) AND status = 'APPROVED'
            UNION ALL
            SELECT id FROM refunds WHERE id = ANY (?) AND status = 'APPROVED'
            UNION ALL
            SELECT id FROM payouts WHERE id = ANY (?) AND status = 'REQUESTED'
            """;

    private static final String RECORD = "SELECT locked FROM record_completions(?, ?, ?, ?, ?, ?)";

    private final String kafka;
    private final Deserializer<SettlementCompleted> deserializer;

    LostCompletions(String kafka, RecordSerdes serdes) {
        this.kafka = kafka;
        this.deserializer = serdes.of(Topics.SETTLEMENT_COMPLETIONS).deserializer();
    }

    private interface Batch {
        long count(List<SettlementCompleted> completions) throws SQLException;
    }

    /** The number of completions to apply, those of references to be restored included. Reads only. */
    long count(Database audit, Set<UUID> lost) throws SQLException {
        return read(completions -> {
            Set<UUID> open = open(audit, completions);
            completions.stream().map(LostCompletions::id).filter(lost::contains).forEach(open::add);
            return open.size();
        });
    }

    /**
     * Applies them, each batch in one transaction. Returns the number of changed payments, refunds and payouts.
     *
     * @throws CommandException if another transaction has locked one of them
     */
    long apply(Database maintenance) throws SQLException {
        return read(completions -> {
            int open = open(maintenance, completions).size();
            List<Boolean> locked = maintenance.list(
                    RECORD,
                    row -> row.getBoolean("locked"),
                    ids(completions),
                    texts(completions.stream()
                            .map(completion -> completion.getKind().name())),
                    texts(completions.stream()
                            .map(completion -> completion.getOutcome().name())),
                    texts(completions.stream().map(LostCompletions::rejection)),
                    completions.stream()
                            .map(SettlementCompleted::getCompletedAt)
                            .toArray(Instant[]::new),
                    texts(completions.stream().map(LostCompletions::position)));
            if (locked.contains(true)) {
                throw new CommandException("Another transaction has locked a payment, refund or payout whose completion"
                        + " is to be applied. End it, then apply again.");
            }
            return open;
        });
    }

    private static Set<UUID> open(Database database, List<SettlementCompleted> completions) throws SQLException {
        UUID[] ids = ids(completions);
        return new HashSet<>(database.list(OPEN, row -> row.getObject("id", UUID.class), ids, ids, ids));
    }

    private long read(Batch work) throws SQLException {
        long count = 0;
        try (CommittedTopic topic = CommittedTopic.open(
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, BATCH),
                Topics.SETTLEMENT_COMPLETIONS.name(),
                CommittedTopic.STALL_TIMEOUT)) {
            for (List<ConsumerRecord<byte[], byte[]>> batch :
                    topic.batches(topic.beginningOffsets(), topic.endOffsets())) {
                count += work.count(decoded(batch));
            }
        }
        return count;
    }

    private List<SettlementCompleted> decoded(List<ConsumerRecord<byte[], byte[]>> batch) {
        return batch.stream().map(this::decode).flatMap(Optional::stream).toList();
    }

    /** Empty if payment-api has sent the record to the dead letters. */
    private Optional<SettlementCompleted> decode(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Optional.of(deserializer.deserialize(record.topic(), record.value()))
                    .filter(completion ->
                            UuidText.parse(completion.getReferenceId()).isPresent());
        } catch (PoisonRecordException e) {
            return Optional.empty();
        }
    }

    private static UUID[] ids(List<SettlementCompleted> completions) {
        return completions.stream().map(LostCompletions::id).toArray(UUID[]::new);
    }

    private static UUID id(SettlementCompleted completion) {
        return UUID.fromString(completion.getReferenceId());
    }

    private static String rejection(SettlementCompleted completion) {
        Rejection rejection = completion.getRejection();
        return rejection == null ? "" : rejection.name();
    }

    private static String position(SettlementCompleted completion) {
        String position = completion.getPosition();
        return position == null ? "" : position;
    }

    private static String[] texts(Stream<String> texts) {
        return texts.toArray(String[]::new);
    }
}
